import type { Check } from "./model.ts";
import { clock } from "./rules/clock.ts";
import { docs } from "./rules/docs.ts";
import { fresh } from "./rules/fresh.ts";
import { hygiene } from "./rules/hygiene.ts";
import { imports } from "./rules/imports.ts";
import { lint } from "./rules/lint.ts";
import { names } from "./rules/names.ts";
import { packages } from "./rules/package.ts";
import { sizes } from "./rules/sizes.ts";
import { sql } from "./rules/sql.ts";
import { tests } from "./rules/tests.ts";
import { typed } from "./rules/typed.ts";
import { unused } from "./rules/unused.ts";
import { vendors } from "./rules/vendors.ts";

/** Every check, in the order in which the summary lists them. */
export const checks: readonly Check[] = [
  imports, vendors, typed, clock, sql, sizes, names, tests, lint, unused, fresh, docs, packages, hygiene,
];

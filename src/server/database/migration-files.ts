import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { invariant } from "../../base/errors.ts";

/** One numbered step of the schema, from `db/migrations/NNNN_name.sql`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
  /** Programs that do not know this step must not run after it: its first line is `-- breaking`. */
  readonly breaking: boolean;
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Reads the steps in order. Throws when a file is misnamed or a number is missing or taken twice. */
export function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort();
  return names.map((file, index) => {
    const [, number, name] = FILE_NAME.exec(file) ?? [];
    invariant(number !== undefined && name !== undefined, `a migration named NNNN_lower_case.sql, got ${file}`);
    invariant(Number(number) === index + 1, `migration ${String(index + 1).padStart(4, "0")} before ${file}`);
    const sql = readFileSync(join(folder, file), "utf8");
    return { version: index + 1, name, sql, checksum: createHash("sha256").update(sql).digest("hex"), breaking: /^-- breaking\b/.test(sql) };
  });
}

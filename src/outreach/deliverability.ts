import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, iso, plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { rateBoth, rated } from "./core/deliverability.ts";
import type { RatedBoth } from "./core/deliverability.ts";
import { MAIL_KINDS } from "./core/mail-counts.ts";
import type { CountedMail } from "./core/mail-counts.ts";
import { findingsOf } from "./core/rate-findings.ts";
import { readMailCounts } from "./store/deliverability.ts";

/** What is usual is read from this many days before the window. */
const USUAL_OF = 28;

/** The window that nobody chose, and the longest: what is older explains nothing of today. */
export const DELIVERABILITY_DAYS = 7;
export const MAX_DELIVERABILITY_DAYS = 90;

export interface Deliverability extends RatedBoth {
  /** Days of UTC: today so far, and those before. */
  readonly days: number;
  /** When the first of them began. */
  readonly since: string;
  readonly isEmpty: boolean;
  /** What a person should look at, in plain words. */
  readonly findings: readonly string[];
}

/** How mail is taken, by provider and by the recipients' domain, over the last `days` days, 1 to `MAX_DELIVERABILITY_DAYS`. */
export async function deliverability(db: Db, store: StoreId, days: number, now: Instant): Promise<Deliverability> {
  const from = plus(now, -(now % DAY) - (days - 1) * DAY);
  const rows = await readMailCounts(db, store, plus(from, -USUAL_OF * DAY), from, now);
  const before = rows.filter(({ isAsked }) => !isAsked);
  const shown = rateBoth(rows.filter(({ isAsked }) => isAsked));
  const usually = (of: (row: CountedMail) => string) => new Map([...Map.groupBy(before, of)].map(([name, counted]) => [name, rated(name, counted)]));
  const findings = [
    ...findingsOf("provider", shown.providers, usually(({ provider }) => provider), days),
    ...findingsOf("domain", shown.domains, usually(({ domain }) => domain), days),
  ];
  return { days, since: iso(from), isEmpty: MAIL_KINDS.every((kind) => shown.total[kind] === 0), ...shown, findings };
}

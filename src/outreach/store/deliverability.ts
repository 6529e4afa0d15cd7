import { prepared, sql, type Db, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import { DAY } from "../../base/time.ts";
import type { Instant } from "../../base/time.ts";
import type { CountedMail } from "../core/mail-counts.ts";

const ADD = prepared(
  "outreach.addMailCounts",
  `insert into deliverability as d (store_id, day, provider, domain, accepted, refused, deferred, delivered, bounced, complained)
   select $1, ms($3), c.provider, c.domain, c.accepted, c.refused, c.deferred, c.delivered, c.bounced, c.complained
     from json_to_recordset($2::json) as c(provider text, domain text, accepted integer, refused integer, deferred integer, delivered integer, bounced integer, complained integer)
    order by c.provider, c.domain
   on conflict (store_id, day, provider, domain) do update
     set accepted = d.accepted + excluded.accepted, refused = d.refused + excluded.refused, deferred = d.deferred + excluded.deferred,
         delivered = d.delivered + excluded.delivered, bounced = d.bounced + excluded.bounced, complained = d.complained + excluded.complained`,
);

/** Adds to the counts of the day. The last statement of its transaction: every worker of the store waits for these rows. */
export async function addMailCounts(tx: Tx, store: StoreId, counts: readonly CountedMail[], now: Instant): Promise<void> {
  if (counts.length > 0) await tx.rows(ADD, [store, JSON.stringify(counts), now - (now % DAY)]);
}

const READ = sql(
  `select day >= ms($3) as "isAsked", provider, domain, sum(accepted) as accepted, sum(refused) as refused, sum(deferred) as deferred,
          sum(delivered) as delivered, sum(bounced) as bounced, sum(complained) as complained
     from deliverability where store_id = $1 and day >= ms($2) and day <= ms($4) group by 1, 2, 3 order by 2, 3`,
);

/** The counts from the day of `usualFrom` to that of `now`; `isAsked` those from the day of `from` on. */
export function readMailCounts(db: Db, store: StoreId, usualFrom: Instant, from: Instant, now: Instant): Promise<(CountedMail & { readonly isAsked: boolean })[]> {
  return db.rows(READ, [store, usualFrom, from, now]);
}

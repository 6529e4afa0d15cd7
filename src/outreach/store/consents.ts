import { batched, prepared, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

/** What somebody said about being written to over a channel. */
export interface ConsentRow {
  readonly id: string;
  readonly channel: string;
  readonly addressHash: string;
  /** False: taken back. */
  readonly given: boolean;
  /** When they said so. */
  readonly at: Instant;
  readonly wording: string;
  readonly source: string;
  readonly recordedBy: string;
}

const CONSENTED = batched(
  "outreach.consented",
  `select "addressHash" from (
     select distinct on (address_hash) address_hash as "addressHash", given from consents
      where store_id = $1 and channel = $2 and address_hash = any($3)
      order by address_hash, at desc, given) latest
    where given`,
);

/** Those of the addresses whose latest word is consent. Of two words of one moment the refusal counts. */
export async function consentedAmong(tx: Tx, store: StoreId, channel: string, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ addressHash: string }>(CONSENTED, [store, channel, hashes]);
  return new Set(rows.map((row) => row.addressHash));
}

const RECORD = prepared(
  "outreach.recordConsents",
  `insert into consents (store_id, consent_id, channel, address_hash, given, at, wording, source, recorded_by, recorded_at)
   select $1, c.id, c.channel, c."addressHash", c.given, ms(c.at), c.wording, c.source, c."recordedBy", ms($3)
     from json_to_recordset($2::json) as c(id uuid, channel text, "addressHash" text, given boolean, at bigint, wording text, source text, "recordedBy" text)
   on conflict do nothing returning consent_id`,
);

/** Keeps what was said; what was kept before is not kept twice. Returns how many were new. */
export async function insertConsents(tx: Tx, store: StoreId, rows: readonly ConsentRow[], now: Instant): Promise<number> {
  return rows.length === 0 ? 0 : (await tx.rows(RECORD, [store, JSON.stringify(rows), now])).length;
}

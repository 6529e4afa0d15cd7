import { batched, prepared, sql, type Db, type Tx } from "../../base/db.ts";
import type { StoreId } from "../../base/ids.ts";
import { HOUR, MINUTE } from "../../base/time.ts";
import type { Instant } from "../../base/time.ts";
import type { SendingRules } from "../core/gate.ts";
import type { Health } from "../core/health.ts";

const RULES = `select halted_at is not null as halted, epoch, gap_until as "gapUntil" from stores where store_id = $1`;

const LOCK_RULES = prepared("outreach.lockRules", `${RULES} for no key update`);
const READ_RULES = prepared("outreach.readRules", RULES);

/**
 * Locks the store's row and reads its rules. Claims of one store follow each other through this lock (a few milliseconds each),
 * which makes the cap exact and lets a stop wait for the claim under way.
 */
export async function lockRules(tx: Tx, store: StoreId): Promise<SendingRules | undefined> {
  return (await tx.rows<SendingRules>(LOCK_RULES, [store]))[0];
}

export async function readRules(db: Db, store: StoreId): Promise<SendingRules | undefined> {
  return (await db.rows<SendingRules>(READ_RULES, [store]))[0];
}

const CLAIMED = prepared(
  "outreach.claimedLately",
  `select coalesce(sum(claimed), 0)::integer as claimed from send_counts where store_id = $1 and minute > ms($2)`,
);

/** Messages claimed in the hour up to now. */
export async function claimedLately(tx: Tx, store: StoreId, now: Instant): Promise<number> {
  return (await tx.rows<{ claimed: number }>(CLAIMED, [store, now - HOUR]))[0]?.claimed ?? 0;
}

const COUNT = prepared(
  "outreach.countClaims",
  `insert into send_counts (store_id, minute, claimed) values ($1, ms($2), $3)
   on conflict (store_id, minute) do update set claimed = send_counts.claimed + excluded.claimed`,
);

export async function countClaims(tx: Tx, store: StoreId, claimed: number, now: Instant): Promise<void> {
  if (claimed > 0) await tx.rows(COUNT, [store, now - (now % MINUTE), claimed]);
}

const HEALTH = prepared("outreach.readHealth", `select provider, health from provider_health where store_id = $1`);
const LOCK_HEALTH = prepared("outreach.lockHealth", `select provider, health from provider_health where store_id = $1 order by provider for update`);

/** How the providers fare, by name. */
export async function readHealth(tx: Tx, store: StoreId, lock: boolean): Promise<ReadonlyMap<string, Health>> {
  const rows = await tx.rows<{ provider: string; health: Health }>(lock ? LOCK_HEALTH : HEALTH, [store]);
  return new Map(rows.map((row) => [row.provider, row.health]));
}

const SAVE_HEALTH = prepared(
  "outreach.saveHealth",
  `insert into provider_health (store_id, provider, health)
   select $1, h.provider, h.health from json_to_recordset($2::json) as h(provider text, health jsonb) order by h.provider
   on conflict (store_id, provider) do update set health = excluded.health`,
);

export async function saveHealth(tx: Tx, store: StoreId, healths: ReadonlyMap<string, Health>): Promise<void> {
  const rows = [...healths].map(([provider, health]) => ({ provider, health }));
  if (rows.length > 0) await tx.rows(SAVE_HEALTH, [store, JSON.stringify(rows)]);
}

const SUPPRESSED = batched(
  "outreach.suppressed",
  `select address_hash as "addressHash", reason from suppressions where store_id = $1 and channel = $2 and address_hash = any($3)`,
);

/** Why addresses get nothing, by hash. */
export async function suppressedAmong(tx: Tx, store: StoreId, channel: string, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<{ addressHash: string; reason: string }>(SUPPRESSED, [store, channel, hashes]);
  return new Map(rows.map((row) => [row.addressHash, row.reason]));
}

export interface Suppression {
  readonly channel: string;
  readonly addressHash: string;
  readonly reason: "bounce" | "complaint" | "stop";
  readonly evidence: string;
}

const SUPPRESS = prepared(
  "outreach.suppress",
  `insert into suppressions (store_id, channel, address_hash, reason, since, evidence)
   select distinct on (s.channel, s."addressHash") $1, s.channel, s."addressHash", s.reason, ms($3), s.evidence
     from json_to_recordset($2::json) as s(channel text, "addressHash" text, reason text, evidence text) order by s.channel, s."addressHash", s.reason
   on conflict (store_id, channel, address_hash) do update set reason = excluded.reason, since = excluded.since, evidence = excluded.evidence
     where suppressions.reason = 'stop' and excluded.reason <> 'stop'
   returning channel, address_hash as "addressHash", reason`,
);

/**
 * Writes suppressions and answers those that are new: an address is suppressed once, for the first reason. A stop alone
 * gives way to another one: its sender may take it back, and an address that is dead stays dead.
 */
export async function insertSuppressions(tx: Tx, store: StoreId, suppressions: readonly Suppression[], now: Instant): Promise<readonly Omit<Suppression, "evidence">[]> {
  return suppressions.length === 0 ? [] : tx.rows(SUPPRESS, [store, JSON.stringify(suppressions), now]);
}

const LIFT = prepared("outreach.liftStop", `delete from suppressions where store_id = $1 and channel = $2 and address_hash = $3 and reason = 'stop'`);

/** An address wants to be written to again: it was suppressed by its own word, and by nothing else. */
export async function liftStop(tx: Tx, store: StoreId, channel: string, hash: string): Promise<void> {
  await tx.rows(LIFT, [store, channel, hash]);
}

/** Sets or lifts the global stop. */
export async function setHalt(tx: Tx, store: StoreId, halt: { by: string; why: string; at: Instant } | null): Promise<void> {
  await tx.rows(sql(`update stores set halted_at = ms($2), halted_by = $3, halted_why = $4 where store_id = $1`), [
    store,
    halt?.at ?? null,
    halt?.by ?? null,
    halt?.why ?? null,
  ]);
}

export async function insertAudit(tx: Tx, store: StoreId, id: string, entry: { actor: string; verb: string; target: string; detail: object }, now: Instant): Promise<void> {
  await tx.rows(sql(`insert into audit (store_id, audit_id, at, actor, verb, target, detail) values ($1, $2, ms($3), $4, $5, $6, $7)`), [
    store,
    id,
    now,
    entry.actor,
    entry.verb,
    entry.target,
    JSON.stringify(entry.detail),
  ]);
}

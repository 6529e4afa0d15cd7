import { prepared, sql, type Tx } from "../../base/db.ts";
import { invariant } from "../../base/errors.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";

interface StoreRow {
  readonly sample: boolean;
  readonly epoch: number;
  readonly aliveAt: Instant;
  readonly gapUntil: Instant | null;
}

/** Registers a configured store. A store that exists keeps what it was: a sample never becomes a real one. */
export async function insertStore(tx: Tx, store: StoreId, sample: boolean, now: Instant): Promise<void> {
  await tx.rows(
    sql(`insert into stores (store_id, sample, epoch, alive_at, created_at)
         values ($1, $2, 1, ms($3), ms($3)) on conflict (store_id) do nothing`),
    [store, sample, now],
  );
}

export async function lockStore(tx: Tx, store: StoreId): Promise<StoreRow | undefined> {
  const [row] = await tx.rows<StoreRow>(
    sql(`select sample, epoch, alive_at as "aliveAt", gap_until as "gapUntil" from stores where store_id = $1 for update`),
    [store],
  );
  return row;
}

/** Opens a gap: until now this database may have missed what was sent. Raises the epoch, which fences older workers. */
export async function openGap(tx: Tx, store: StoreId, now: Instant): Promise<void> {
  await tx.rows(
    sql(`update stores set epoch = epoch + 1, alive_at = ms($2), gap_until = ms($2) where store_id = $1`),
    [store, now],
  );
}

const BEAT = prepared(
  "server.beat",
  `update stores set alive_at = greatest(alive_at, ms($3)) where store_id = $1 and epoch = $2 returning store_id`,
);

/** Notes that a worker of this epoch lives. False when a newer epoch has fenced it off. */
export async function beat(tx: Tx, store: StoreId, epoch: number, now: Instant): Promise<boolean> {
  return (await tx.rows(BEAT, [store, epoch, now])).length > 0;
}

export async function insertGolive(tx: Tx, store: StoreId, playbook: string, by: string, now: Instant): Promise<void> {
  await tx.rows(
    sql(`insert into golives (store_id, playbook, since, by_whom) values ($1, $2, ms($4), $3) on conflict (store_id, playbook) do nothing`),
    [store, playbook, by, now],
  );
}

export async function deleteGolive(tx: Tx, store: StoreId, playbook: string): Promise<void> {
  await tx.rows(sql(`delete from golives where store_id = $1 and playbook = $2`), [store, playbook]);
}

const LIVE_SINCE = prepared("server.liveSince", `select playbook, since from golives where store_id = $1`);

export async function golivesOf(tx: Tx, store: StoreId): Promise<ReadonlyMap<string, Instant>> {
  const rows = await tx.rows<{ playbook: string; since: Instant }>(LIVE_SINCE, [store]);
  return new Map(rows.map((row) => [row.playbook, row.since]));
}

export async function insertAudit(
  tx: Tx,
  entry: { store: StoreId; id: string; actor: string; verb: string; target: string; detail: object },
  now: Instant,
): Promise<void> {
  await tx.rows(
    sql(`insert into audit (store_id, audit_id, at, actor, verb, target, detail) values ($1, $2, ms($3), $4, $5, $6, $7)`),
    [entry.store, entry.id, now, entry.actor, entry.verb, entry.target, JSON.stringify(entry.detail)],
  );
}

/** When a store was registered and when a worker was last seen on it. Undefined for one that is not registered. */
export async function storeTimes(tx: Tx, store: StoreId): Promise<{ createdAt: Instant; aliveAt: Instant } | undefined> {
  const [row] = await tx.rows<{ createdAt: Instant; aliveAt: Instant }>(sql(`select created_at as "createdAt", alive_at as "aliveAt" from stores where store_id = $1`), [store]);
  return row;
}

const PING = sql("select 1");

/** Throws when the database does not answer. */
export async function ping(tx: Tx): Promise<void> {
  await tx.rows(PING);
}

/** What decides whether an acknowledged row survives a crash. */
export async function serverSettings(tx: Tx): Promise<{ version: string; fsync: string; commit: string }> {
  const [row] = await tx.rows<{ version: string; fsync: string; commit: string }>(
    sql("select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit"),
  );
  invariant(row, "a query of settings to return a row");
  return row;
}

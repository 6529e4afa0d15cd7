import pg from "pg";
import type { Db, Statement, Tx } from "../../base/db.ts";
import { invariant } from "../../base/errors.ts";
import type { Log } from "../../base/ports.ts";
import type { Milliseconds } from "../../base/time.ts";
import { columnTypes } from "./column-types.ts";
import { type Listener, type Listening, listen } from "./listen.ts";

/** A pool of connections to one database. */
export interface Database extends Db {
  /**
   * Hears notifications on a connection of its own, which it renews when it breaks.
   * Resolves once it hears.
   */
  listen(channel: string, listener: Listener): Promise<Listening>;
  /** Closes every connection, after the statements under way. Safe to call twice. */
  end(): Promise<void>;
}

export interface ConnectOptions {
  /** Most connections at a time; further work waits its turn. */
  readonly max: number;
  readonly log?: Log;
  /** The name that pg_stat_activity shows. */
  readonly name?: string;
  /** Lets the process end while connections are idle. For tests and short commands. */
  readonly allowExitOnIdle?: boolean;
  /** Waits as long as it takes for connections and statements: in the simulator real time means nothing, and a busy machine is no fault. */
  readonly isPatient?: boolean;
}

/** Waiting longer than this for a connection means overload, which the caller should hear about. */
const CONNECT_WITHIN: Milliseconds = 10_000;
/** No statement of ours runs near as long; a runaway one must not hold its locks for ever. */
const STATEMENT_WITHIN: Milliseconds = 60_000;
/** A transaction of a process that hangs would keep others waiting. */
const IDLE_IN_TRANSACTION: Milliseconds = 60_000;

/** Hot rows are in memory and the rest is on flash: a look by key costs little more than reading on. PostgreSQL's default of 4 is for disks that turn. */
const RANDOM_PAGE_COST = 1.1;

const QUIET: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Connects to `url` when first used. Every session runs in UTC. */
export function connect(url: string, options: ConnectOptions): Database {
  const log = options.log ?? QUIET;
  const pool = new pg.Pool({ ...sessionConfig(url, options), max: options.max, allowExitOnIdle: options.allowExitOnIdle ?? false });
  // An idle connection that breaks is replaced by the pool; unheard, its error would end the process.
  pool.on("error", (error) => pool.ending || log.warn({ reason: error.message }, "An idle database connection broke"));
  const listenings = new Set<Listening>();
  return {
    rows: (statement, params) => query(pool, statement, params),
    transaction: (work) => runTransaction(pool, work),
    listen: async (channel, listener) => {
      const listening = await listen(sessionConfig(url, options), channel, listener, log);
      listenings.add(listening);
      return listening;
    },
    end: async () => {
      await Promise.all([...listenings].map((listening) => listening.stop()));
      if (!pool.ending) await pool.end();
    },
  };
}

/** What every session of ours starts with. */
export function sessionConfig(url: string, { name = "makegood", isPatient = false }: Pick<ConnectOptions, "name" | "isPatient">): pg.ClientConfig {
  const target = new URL(url);
  // Zero is no limit, to PostgreSQL as to its client.
  const within = (limit: Milliseconds): Milliseconds => (isPatient ? 0 : limit);
  const session = `-c timezone=UTC -c statement_timeout=${within(STATEMENT_WITHIN)} -c idle_in_transaction_session_timeout=${within(IDLE_IN_TRANSACTION)} -c random_page_cost=${RANDOM_PAGE_COST}`;
  target.searchParams.set("options", [target.searchParams.get("options"), session].filter(Boolean).join(" "));
  return { connectionString: target.href, application_name: name, types: columnTypes, connectionTimeoutMillis: within(CONNECT_WITHIN), keepAlive: true };
}

async function query<Row>(target: pg.Pool | pg.PoolClient, statement: Statement, params: readonly unknown[] = []): Promise<Row[]> {
  const result = await target.query({ text: statement.text, values: params as unknown[], ...(statement.prepared && { name: statement.name }) });
  return result.rows as Row[];
}

async function runTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onBreak = (error: Error): void => void (broken = error);
  client.on("error", onBreak);
  let open = true;
  const tx: Tx = {
    rows: (statement, params) => {
      invariant(open, "a statement of a transaction that is still open");
      return query(client, statement, params);
    },
  };
  try {
    await client.query("BEGIN");
    const result = await work(tx);
    open = false;
    const ended = await client.query("COMMIT");
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
    invariant(ended.command === "COMMIT", "no failed statement to be swallowed inside a transaction");
    return result;
  } catch (error) {
    open = false;
    await client.query("ROLLBACK").catch(onBreak);
    throw error;
  } finally {
    client.off("error", onBreak);
    // A connection in an unknown state is thrown away rather than used again.
    client.release(broken);
  }
}

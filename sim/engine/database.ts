import pg from "pg";
import type { Db, Statement, Tx } from "../../src/base/db.ts";
import { invariant } from "../../src/base/errors.ts";
import { sessionConfig } from "../../src/server/database/index.ts";
import type { Schedule, SimProcess } from "./schedule.ts";

/** A simulated process's way to the real database: every statement, and every commit, is a point of the schedule. */
export interface SimDatabase extends Db {
  /** Rolls back what the dead process left open, as the server does when a connection breaks. */
  abandon(): Promise<void>;
  /** Whether a transaction or a statement is under way. */
  readonly hasTransaction: boolean;
}

/** The connections that all simulated processes share; a process takes them as it needs them. */
export interface Connections {
  take(): Promise<Connection>;
  give(connection: Connection): void;
  /** Which other backends hold the locks that each of these waits for; one that waits for none has no entry. */
  blockersOf(backends: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  /** Ends the statement that a dead process's connection waits in. */
  cancel(pid: number): Promise<void>;
  /** What the tables hold now, seen by nobody's schedule. */
  look<Row>(statement: Statement, params: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

interface Connection {
  readonly client: pg.Client;
  readonly pid: number;
}

/** Opens connections to the database at `url`; one more watches for locks. */
export async function openConnections(url: string): Promise<Connections> {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const open = async (): Promise<Connection> => {
    const client = new pg.Client({ ...sessionConfig(url, { name: "makegood simulator", isPatient: true }), pipeline: true });
    await client.connect();
    // Statements are planned while the tables are still empty, and shall go by keys, as they do in a store that has grown.
    await client.query("set plan_cache_mode = force_generic_plan; set enable_seqscan = off");
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    invariant(rows[0], "a backend to know its process id");
    const connection = { client, pid: rows[0].pid };
    all.push(connection);
    return connection;
  };
  const watcher = await open();
  return {
    take: async () => idle.pop() ?? open(),
    give: (connection) => void idle.push(connection),
    blockersOf: async (backends) => {
      const { rows } = await watcher.client.query<{ pid: number; blockers: readonly number[] }>({
        name: "sim.blockers",
        text: "select pid, pg_blocking_pids(pid) as blockers from unnest($1::int[]) as pid where cardinality(pg_blocking_pids(pid)) > 0",
        values: [backends],
      });
      return new Map(rows.map(({ pid, blockers }) => [pid, blockers]));
    },
    cancel: async (pid) => {
      await watcher.client.query("select pg_cancel_backend($1)", [pid]);
      process.kill(pid, "SIGCONT");
    },
    look: async <Row>(statement: Statement, params: readonly unknown[]) => (await watcher.client.query({ text: statement.text, values: params as unknown[], name: nameOf(statement) })).rows as Row[],
    end: async () => {
      // One that was left waiting for a lock is stopped, and could not hear that it shall end.
      for (const { pid } of all) process.kill(pid, "SIGCONT");
      await Promise.all(all.map(({ client }) => client.end()));
    },
  };
}

const names = new Map<string, string>();

/**
 * Every statement is planned once: a simulated store stays small, and planning would be a third of the database's work.
 */
function nameOf({ text }: Statement): string {
  const name = names.get(text) ?? `sim.${names.size}`;
  names.set(text, name);
  return name;
}

/** By statement: whether it says in which order its rows come. */
const ordered = new Map<string, boolean>();

/**
 * Where a statement asks for no order, rows come as they lie in the database's pages, which depends on when it found time
 * to tidy them. A seed would not replay: such rows come in an order of their own.
 */
function inOrder<Row>(rows: Row[], text: string): Row[] {
  if (rows.length < 2) return rows;
  const isOrdered = ordered.get(text) ?? asksForOrder(text);
  ordered.set(text, isOrdered);
  return isOrdered ? rows : rows.map((row) => ({ row, key: JSON.stringify(row) })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

/** An order within brackets is that of a part. */
function asksForOrder(text: string): boolean {
  const outer = text.replaceAll(/\([^()]*\)/g, "");
  return outer === text ? /\border by\b/i.test(text) : asksForOrder(outer);
}

/** A statement that changes nothing is over when it has run. */
const READS = /^\s*select\b/i;

/** The database as one process sees it. */
export function simDatabase(connections: Connections, schedule: Schedule, machine: SimProcess): SimDatabase {
  return new ProcessDatabase(connections, schedule, machine);
}

class ProcessDatabase implements SimDatabase {
  readonly #connections: Connections;
  readonly #schedule: Schedule;
  readonly #machine: SimProcess;
  readonly #open = new Set<Connection>();

  constructor(connections: Connections, schedule: Schedule, machine: SimProcess) {
    this.#connections = connections;
    this.#schedule = schedule;
    this.#machine = machine;
  }

  /** A process may die before the statement, or after it and before it hears of it: two points where it writes. */
  async rows<Row>(statement: Statement, params: readonly unknown[] = []): Promise<Row[]> {
    const label = `alone ${statement.name ?? ""}`;
    await this.#schedule.point(label);
    return this.#withConnection(async (connection) => {
      const rows = await this.#run<Row>(connection, statement, params);
      if (!READS.test(statement.text)) await this.#schedule.point(`after ${label}`);
      return rows;
    });
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.#schedule.point("begin");
    return this.#withConnection(async (connection) => {
      let points = 0;
      let hasHeld = false;
      const tx: Tx = {
        rows: async <Row>(statement: Statement, params: readonly unknown[] = []) => {
          // Between `begin` and the first statement nothing can happen that matters.
          const begins = points === 0;
          if (!begins) await this.#schedule.point(statement.name ?? "statement");
          points += 1;
          const rows = await this.#run<Row>(connection, statement, params, begins);
          hasHeld ||= rows.length > 0 || !READS.test(statement.text);
          return rows;
        },
      };
      try {
        const result = await work(tx);
        if (points === 0) return result;
        // A transaction that found nothing holds no lock and has changed nothing: whenever it ends, it ends the same.
        if (hasHeld) await this.#schedule.point("commit");
        const command = await this.#command(connection, "commit");
        invariant(command === "COMMIT", "no failed statement to be swallowed inside a transaction");
        if (hasHeld) await this.#schedule.point("after commit");
        return result;
      } catch (error) {
        if (points > 0) await this.#command(connection, "rollback");
        throw error;
      }
    });
  }

  get hasTransaction(): boolean {
    return this.#open.size > 0;
  }

  async abandon(): Promise<void> {
    invariant(!this.#machine.alive, "only a dead process to leave its transactions");
    for (const connection of this.#open) {
      if (this.#schedule.isOnBackend(connection.pid)) await this.#connections.cancel(connection.pid);
      await connection.client.query("rollback");
      this.#connections.give(connection);
    }
    this.#open.clear();
  }

  async #withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#connections.take();
    this.#open.add(connection);
    try {
      return await work(connection);
    } finally {
      // A dead process never comes here: its connections are abandoned.
      this.#open.delete(connection);
      this.#connections.give(connection);
    }
  }

  /** Both go to the server at once, where the statement `begins` a transaction. */
  #run<Row>({ client, pid }: Connection, statement: Statement, params: readonly unknown[], begins = false): Promise<Row[]> {
    return this.#schedule.onBackend(pid, async () => {
      const begun = begins ? client.query("begin") : undefined;
      const [result] = await Promise.all([client.query({ text: statement.text, values: params as unknown[], name: nameOf(statement) }), begun]);
      return inOrder(result.rows as Row[], statement.text);
    });
  }

  #command(connection: Connection, text: string): Promise<string> {
    return this.#schedule.onBackend(connection.pid, async () => (await connection.client.query(text)).command);
  }
}

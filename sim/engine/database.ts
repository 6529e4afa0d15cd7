import pg from "pg";
import type { Db, Statement, Tx } from "../../src/base/db.ts";
import { invariant } from "../../src/base/errors.ts";
import { sessionConfig } from "../../src/server/database/index.ts";
import type { Schedule, SimProcess } from "./schedule.ts";

/** A simulated process's way to the real database: every statement, and every commit, is a point of the schedule. */
export interface SimDatabase extends Db {
  /** Rolls back what the dead process left open, as the server does when a connection breaks. */
  abandon(): Promise<void>;
}

/** The connections that all simulated processes share; a process takes them as it needs them. */
export interface Connections {
  take(): Promise<Connection>;
  give(connection: Connection): void;
  findBlocked(backends: readonly number[]): Promise<ReadonlySet<number>>;
  /** Ends the statement that a dead process's connection waits in. */
  cancel(pid: number): Promise<void>;
  end(): Promise<void>;
}

interface Connection {
  readonly client: pg.Client;
  readonly pid: number;
}

/** Opens connections to the database at `url`; one more watches for locks. */
export async function openConnections(url: string): Promise<Connections> {
  const idle: Connection[] = [];
  const all: pg.Client[] = [];
  const open = async (): Promise<Connection> => {
    const client = new pg.Client(sessionConfig(url, "makegood simulator"));
    all.push(client);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return { client, pid: rows[0]?.pid ?? -1 };
  };
  const watcher = await open();
  return {
    take: async () => idle.pop() ?? open(),
    give: (connection) => void idle.push(connection),
    findBlocked: async (backends) => {
      const { rows } = await watcher.client.query<{ pid: number }>("select pid from unnest($1::int[]) as pid where cardinality(pg_blocking_pids(pid)) > 0", [backends]);
      return new Set(rows.map((row) => row.pid));
    },
    cancel: async (pid) => void (await watcher.client.query("select pg_cancel_backend($1)", [pid])),
    end: async () => void (await Promise.all(all.map((client) => client.end()))),
  };
}

export function simDatabase(connections: Connections, schedule: Schedule, process: SimProcess): SimDatabase {
  const open = new Set<Connection>();
  const busy = new Set<Connection>();

  async function run<Row>(connection: Connection, statement: Statement, params: readonly unknown[]): Promise<Row[]> {
    schedule.onBackend(connection.pid);
    busy.add(connection);
    try {
      const result = await connection.client.query({
        text: statement.text,
        values: params as unknown[],
        ...(statement.name !== undefined && { name: statement.name }),
      });
      return result.rows as Row[];
    } finally {
      busy.delete(connection);
      if (process.alive) schedule.onBackend(undefined);
    }
  }

  /** A point on either side: a process may die before a statement, or after it and before it hears of it. */
  async function step<Row>(connection: Connection, label: string, statement: Statement, params: readonly unknown[] = []): Promise<Row[]> {
    await schedule.point(label);
    const rows = await run<Row>(connection, statement, params);
    if (label === "commit" || label === "alone") await schedule.point(`${label} done`);
    return rows;
  }

  return {
    rows: async <Row>(statement: Statement, params?: readonly unknown[]) => {
      const connection = await connections.take();
      open.add(connection);
      try {
        return await step<Row>(connection, "alone", statement, params);
      } finally {
        if (process.alive) {
          open.delete(connection);
          connections.give(connection);
        }
      }
    },
    transaction: async (work) => {
      const connection = await connections.take();
      open.add(connection);
      const finish = async (word: "commit" | "rollback") => {
        await step(connection, word, { text: word });
        open.delete(connection);
        connections.give(connection);
      };
      await schedule.point("begin");
      await run(connection, { text: "begin" }, []);
      const tx: Tx = { rows: (statement, params) => step(connection, statement.name ?? "statement", statement, params) };
      let result;
      try {
        result = await work(tx);
      } catch (error) {
        await finish("rollback");
        throw error;
      }
      await finish("commit");
      return result;
    },
    abandon: async () => {
      invariant(!process.alive, "only a dead process to leave its transactions");
      for (const connection of open) {
        if (busy.has(connection)) await connections.cancel(connection.pid);
        await connection.client.query("rollback");
        connections.give(connection);
      }
      open.clear();
    },
  };
}

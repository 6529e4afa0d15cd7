/**
 * A SQL statement. One with a name is prepared once per connection (hot paths).
 * SQL never reads a clock: `now` comes in as a parameter.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** A hot statement, prepared under `name` (its stage and verb: `promises.claimDue`). */
export function prepared(name: string, text: string): Statement {
  return { name, text };
}

/** A statement that is planned anew each time. */
export function sql(text: string): Statement {
  return { text };
}

/** One open transaction. `timestamptz` columns come back as `Instant`; pass moments as `ms($n)` (see db/migrations). */
export interface Tx {
  rows<Row>(statement: Statement, params?: readonly unknown[]): Promise<Row[]>;
}

/** The database. `rows` outside a transaction is one statement in its own. */
export interface Db extends Tx {
  /** Runs `work` in one READ COMMITTED transaction: commits when it returns, rolls back when it throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

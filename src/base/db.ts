/** A SQL statement. SQL never reads a clock: `now` comes in as a parameter. */
export interface Statement {
  /** Its stage and verb: `promises.claimDue`. */
  readonly name?: string;
  readonly text: string;
  /** Parsed and planned once per connection, under its name. */
  readonly prepared?: true;
}

/** A hot statement for which there is one way to go: it inserts, or asks for one key. */
export function prepared(name: string, text: string): Statement {
  return { name, text, prepared: true };
}

/**
 * A statement over as many keys as there are at the time: a batch, a queue's front. It is planned anew each time, for
 * this many keys in tables of this size: a plan that is kept from a store's first minutes reads a grown one whole.
 */
export function batched(name: string, text: string): Statement {
  return { name, text };
}

/** A statement that is rare. */
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

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK_DETECTED = "40P01";

/** Whether the database undid a transaction only because of another one, so that doing it anew may succeed. */
export function isUndone(error: unknown): boolean {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** Each time at least one of those who met has got through: whoever loses this often meets more than chance. */
export const MOST_TRIES = 5;

/** A transaction that is done anew, at once, where the database undid it for the sake of another one. `work` begins from nothing each time. */
export async function persistently<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (!isUndone(error) || tries === MOST_TRIES) throw error;
    }
  }
}

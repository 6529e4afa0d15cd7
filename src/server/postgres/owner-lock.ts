import { DatabaseSync } from "node:sqlite";
import { Refusal } from "../../base/errors.ts";

const SQLITE_BUSY = 5;

/** Held for as long as this process owns the folder. */
export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only owner of a data folder; throws a Refusal when another one owns it.
 *
 * The lock is SQLite's lock on an empty file: the one lock that Node can take which the kernel itself releases
 * however the process ends, that child processes do not inherit, and that holds across containers sharing a volume.
 * A file with a process id in it does none of these.
 */
export function takeOwnership(lockFile: string, folder: string): OwnerLock {
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Refusal({
      code: "data-folder-in-use",
      status: 409,
      what: `Another running Makegood owns the data folder ${folder}.`,
      next: "Stop that one first, or give this one a folder of its own with MAKEGOOD_DATA.",
    });
  }
  return { release: () => lock.close() };
}

import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Log } from "../../base/ports.ts";
import { type Account, canReach, chooseAccount } from "./account.ts";
import { type Binaries, program } from "./binaries.ts";

/** Where one embedded server lives on disk. */
export interface Home {
  readonly folder: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  /** The database password, readable by PostgreSQL's user alone. */
  readonly passwordFile: string;
  readonly lockFile: string;
  readonly account: Account | undefined;
}

/** What root uses when the wanted folder cannot be reached by an unprivileged user. */
const SYSTEM_FOLDER = "/var/lib/makegood";
const OWNER_ONLY = 0o700;
/** Lets others pass through a folder to what belongs to them; they still list nothing. */
const PASS_THROUGH = 0o011;

/**
 * Prepares the folder that holds the server. Run as root with a folder behind a private parent (such as /root),
 * it moves to /var/lib/makegood, always to the same place for the same folder, and says so.
 */
export function prepareHome(wanted: string, log: Log): Home {
  const asked = resolve(wanted);
  const moved = join(SYSTEM_FOLDER, createHash("sha256").update(asked).digest("hex").slice(0, 16));
  mkdirSync(asked, { recursive: true });
  const account = chooseAccount(join(asked, "cluster"), log);
  if (account) letPass(asked);
  if (canReach(account, asked)) return layOut(asked, account);

  log.warn({ wanted: asked, used: moved, user: account?.name }, "The data folder is behind a folder that PostgreSQL's user may not enter; its database lives elsewhere");
  mkdirSync(moved, { recursive: true });
  letPass(SYSTEM_FOLDER);
  letPass(moved);
  return layOut(moved, chooseAccount(join(moved, "cluster"), log));
}

function letPass(folder: string): void {
  chmodSync(folder, (statSync(folder).mode & 0o777) | PASS_THROUGH);
}

function layOut(folder: string, account: Account | undefined): Home {
  return {
    folder,
    cluster: join(folder, "cluster"),
    passwordFile: join(folder, "password"),
    lockFile: join(folder, "owner.lock"),
    account,
  };
}

/** Makes a folder of PostgreSQL's own, empty. */
export function makePrivateFolder(path: string, account: Account | undefined): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: OWNER_ONLY });
  if (account) chownSync(path, account.uid, account.gid);
}

/** The programs, at a place where the account can run them: a checkout under /root is copied out once per version. */
export function reachableBinaries(binaries: Binaries, account: Account | undefined, log: Log): Binaries {
  if (canReach(account, program(binaries, "postgres"))) return binaries;
  const folder = join(SYSTEM_FOLDER, `postgresql-${binaries.version}`);
  const copy = { ...binaries, folder };
  if (existsSync(folder)) return copy;
  log.info({ to: folder }, "Copying the PostgreSQL programs to a place where its user may run them");
  const partial = `${folder}.${process.pid}`;
  mkdirSync(SYSTEM_FOLDER, { recursive: true });
  letPass(SYSTEM_FOLDER);
  cpSync(binaries.folder, partial, { recursive: true, verbatimSymlinks: true });
  letPass(partial);
  renameUnlessThere(partial, folder);
  return copy;
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true });
  }
}

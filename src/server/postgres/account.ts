import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import type { Log } from "../../base/ports.ts";

/** The system user that PostgreSQL runs as. It refuses to run as root, so root has to hand it to somebody. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT_NAME = "makegood";
/** Exists on every Unix; shared with other programs, so it is only the last choice. */
const FALLBACK_NAME = "nobody";

/**
 * The user to drop to, or undefined when we are an ordinary user already and PostgreSQL runs as us.
 * An existing cluster keeps its owner; otherwise the system user `makegood`, which is created where that is possible.
 */
export function chooseAccount(clusterFolder: string, log: Log): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const known = lookUpAccount(ACCOUNT_NAME) ?? create(log) ?? lookUpAccount(FALLBACK_NAME);
  if (known === undefined) throw new Error("Expected a system user `makegood` or `nobody` that PostgreSQL could run as");
  return known;
}

/** Whether the account can open the path: asked of the system itself, so access lists and mount options count. */
export function canReach(account: Account | undefined, path: string): boolean {
  if (account === undefined) return true;
  const asked = spawnSync("/bin/sh", ["-c", 'test -x "$1"', "sh", path], { uid: account.uid, gid: account.gid, cwd: "/", stdio: "ignore" });
  return asked.status === 0;
}

/** The system user of that name, if there is one. */
export function lookUpAccount(name: string): Account | undefined {
  const uid = idOf("-u", name);
  const gid = idOf("-g", name);
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
}

function idOf(kind: "-u" | "-g", name: string): number | undefined {
  const asked = spawnSync("id", [kind, name], { encoding: "utf8" });
  return asked.status === 0 && /^\d+$/.test(asked.stdout.trim()) ? Number(asked.stdout) : undefined;
}

/** Debian and Red Hat have useradd, Alpine has adduser. Two starts at once both try; the one that loses finds the user. */
function create(log: Log): Account | undefined {
  const asked = spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME], { stdio: "ignore" });
  if (asked.error) spawnSync("adduser", ["-S", "-D", "-H", ACCOUNT_NAME], { stdio: "ignore" });
  const account = lookUpAccount(ACCOUNT_NAME);
  if (account) log.info({ user: ACCOUNT_NAME }, "Created the system user that the embedded PostgreSQL runs as, because it refuses to run as root");
  return account;
}

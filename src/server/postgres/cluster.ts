import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../base/errors.ts";
import type { Log } from "../../base/ports.ts";
import { type Binaries, program } from "./binaries.ts";
import { type Home, makePrivateFolder } from "./home.ts";
import { logLines } from "./log-lines.ts";

/** The superuser of the cluster; only the supervisor signs in with it. */
export const SUPERUSER = "postgres";

/**
 * Makes sure that the home holds a cluster of this major version, creating it the first time. Returns its password.
 * A creation that was cut short leaves nothing behind that would be taken for a cluster.
 */
export async function ensureCluster(home: Home, binaries: Binaries, durable: boolean, log: Log): Promise<string> {
  if (existsSync(home.cluster)) {
    requireSameMajor(home, binaries);
    requireOwned(home);
    return readPassword(home);
  }
  const password = randomBytes(24).toString("base64url");
  writePassword(home, password);
  const unfinished = `${home.cluster}.unfinished`;
  makePrivateFolder(unfinished, home.account);
  log.info({ folder: home.cluster }, "Creating the database (once)");
  await initdb(home, binaries, unfinished, durable, log);
  renameSync(unfinished, home.cluster);
  return password;
}

/** The least a child needs; anything like PGPORT or LD_LIBRARY_PATH of the surroundings stays outside. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { LC_ALL: "C", TZ: "UTC", ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }), ...(TEMP && { TEMP }) };
}

function initdb(home: Home, binaries: Binaries, folder: string, durable: boolean, log: Log): Promise<void> {
  // The built-in C.UTF-8 needs no locale of the system and sorts the same on every machine and after every upgrade.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const signIn = [`--username=${SUPERUSER}`, "--auth=scram-sha-256", `--pwfile=${home.passwordFile}`];
  const child = spawn(program(binaries, "initdb"), [`--pgdata=${folder}`, ...locale, ...signIn, "--no-instructions", ...(durable ? [] : ["--no-sync"])], {
    cwd: home.folder,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    ...(home.account && { uid: home.account.uid, gid: home.account.gid }),
  });
  const complaints: string[] = [];
  logLines(child.stdout, (line) => log.info({}, `initdb: ${line}`));
  logLines(child.stderr, (line) => complaints.push(line));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      reject(new Error(`The database could not be created in ${folder} (initdb ended with ${code}): ${complaints.join(" ")}`));
    });
  });
}

function requireSameMajor(home: Home, binaries: Binaries): void {
  const found = readFileSync(join(home.cluster, "PG_VERSION"), "utf8").trim();
  if (found === String(binaries.major)) return;
  throw new Refusal({
    code: "postgres-major-version",
    status: 500,
    what: `The data folder ${home.folder} was made by PostgreSQL ${found}, and this Makegood brings PostgreSQL ${binaries.major}.`,
    next: `Export each store with the Makegood that made it and import it into a new folder (MAKEGOOD_DATA), or move to a server of your own with PostgreSQL ${found} or newer and set DATABASE_URL.`,
  });
}

/** PostgreSQL refuses a cluster of another user; we can say what to do about it. */
function requireOwned(home: Home): void {
  try {
    readFileSync(home.passwordFile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Refusal({
      code: "data-folder-not-ours",
      status: 500,
      what: code === "ENOENT" ? `The data folder ${home.folder} has lost its file "password".` : `The data folder ${home.folder} belongs to another user of this machine.`,
      next: code === "ENOENT" ? "Restore that file from a backup of the folder." : "Run Makegood as the user who made it, or give it a folder of its own with MAKEGOOD_DATA.",
    });
  }
}

function readPassword(home: Home): string {
  return readFileSync(home.passwordFile, "utf8").trim();
}

function writePassword(home: Home, password: string): void {
  writeFileSync(home.passwordFile, `${password}\n`, { mode: 0o600, flush: true });
  if (home.account) chownSync(home.passwordFile, home.account.uid, home.account.gid);
}

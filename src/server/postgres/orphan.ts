import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Refusal } from "../../base/errors.ts";
import type { Milliseconds } from "../../base/time.ts";
import type { Log } from "../../base/ports.ts";

const POLL: Milliseconds = 20;
/** Long enough to write a checkpoint of 128 MB to a slow disk. */
const FAST_SHUTDOWN: Milliseconds = 20_000;
const IMMEDIATE_SHUTDOWN: Milliseconds = 5_000;

/**
 * Ends whatever is left of a server whose owner was killed, so that a new one can start on the same cluster.
 * Its committed work is safe: it shuts down properly, or the new server replays its log.
 * Call it only as the folder's owner.
 */
export async function stopOrphan(cluster: string, log: Log): Promise<void> {
  const postmaster = recordedPid(cluster);
  if (postmaster !== undefined && isServerOf(postmaster, cluster)) {
    log.warn({ pid: postmaster }, "A PostgreSQL server is still running although its owner is gone; stopping it");
    await end(() => (isServerOf(postmaster, cluster) ? [postmaster] : []), log);
  }
  // Killed with SIGKILL, a server leaves children behind that still hold its shared memory.
  await end(() => serversOf(cluster), log);
  // What it says is stale now. PostgreSQL would refuse to start if its number belonged to another program meanwhile.
  rmSync(join(cluster, "postmaster.pid"), { force: true });
}

async function end(alive: () => number[], log: Log): Promise<void> {
  const steps = [["SIGINT", FAST_SHUTDOWN], ["SIGQUIT", IMMEDIATE_SHUTDOWN], ["SIGKILL", IMMEDIATE_SHUTDOWN]] as const;
  for (const [signal, patience] of steps) {
    const pids = alive();
    if (pids.length === 0) return;
    if (signal !== "SIGINT") log.warn({ pids, signal }, "The old PostgreSQL server does not end; insisting");
    for (const pid of pids) signalIfAlive(pid, signal);
    for (let waited = 0; waited < patience && alive().length > 0; waited += POLL) await wait(POLL);
  }
  const pids = alive();
  if (pids.length === 0) return;
  throw new Refusal({
    code: "postgres-orphan",
    status: 500,
    what: `An old PostgreSQL server on the data folder cannot be stopped (process ${pids.join(", ")}).`,
    next: "End that process, then start again.",
  });
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function recordedPid(cluster: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether that process is a PostgreSQL server of this cluster, and not a later program with the same number. */
function isServerOf(pid: number, cluster: string): boolean {
  if (process.platform === "linux") return isLinuxServerOf(pid, realpathSync(cluster));
  if (process.platform === "win32") return false;
  const asked = spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return asked.status === 0 && asked.stdout.includes(cluster);
}

/** Every PostgreSQL process whose working folder is the cluster: the server and its children. Linux only; elsewhere none. */
function serversOf(cluster: string): number[] {
  if (process.platform !== "linux") return [];
  const real = realpathSync(cluster);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isLinuxServerOf(pid, real));
}

function isLinuxServerOf(pid: number, realCluster: string): boolean {
  try {
    const isZombie = /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return !isZombie && readlinkSync(`/proc/${pid}/cwd`) === realCluster && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("postgres");
  } catch {
    return false;
  }
}

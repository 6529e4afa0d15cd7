import { type ChildProcess, spawn } from "node:child_process";
import type { Log } from "../../base/ports.ts";
import type { Milliseconds } from "../../base/time.ts";
import { type Binaries, program } from "./binaries.ts";
import { cleanEnvironment } from "./cluster.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Home } from "./home.ts";
import { logLines } from "./log-lines.ts";
import { type Settings, serverArguments } from "./settings.ts";

/** One run of the server program. */
export interface ServerRun {
  readonly pid: number;
  /** Resolves when the program has ended, however it did. */
  readonly ended: Promise<string>;
  /** Ends it: fast shutdown, then immediate, then SIGKILL. */
  stop(): Promise<void>;
}

/** Replaying the log after a crash can take this long; the log line tells that it is under way. */
const READY_WITHIN: Milliseconds = 120_000;
/** A fast shutdown rolls back open transactions and writes a checkpoint. */
const FAST_SHUTDOWN: Milliseconds = 20_000;
/** An immediate one only ends processes; the next start replays the log. */
const IMMEDIATE_SHUTDOWN: Milliseconds = 5_000;
const READY = "database system is ready to accept connections";
/** How much of the log an error message quotes. */
const QUOTED_LINES = 5;

/** Starts the program and waits until it accepts connections. Throws, with its last words, when it does not. */
export async function runServer(home: Home, binaries: Binaries, endpoint: Endpoint, settings: Settings, log: Log): Promise<ServerRun> {
  const child = spawn(program(binaries, "postgres"), serverArguments(home.cluster, endpoint, settings), {
    cwd: home.cluster,
    env: cleanEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    // A process group of its own: Ctrl-C in a terminal must reach us first, so that the database goes last.
    detached: true,
    ...(home.account && { uid: home.account.uid, gid: home.account.gid }),
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  await untilReady(child, ended, log);
  // Neither the program nor its log keeps our process alive: whoever started it decides how long to run.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return { pid: child.pid as number, ended, stop: () => stop(child, ended, log) };
}

function untilReady(child: ChildProcess, ended: Promise<string>, log: Log): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => {
      child.kill("SIGQUIT");
      reject(new Error(`PostgreSQL was not ready within ${READY_WITHIN / 1000} s. Its last words: ${said.slice(-QUOTED_LINES).join(" | ")}`));
    }, READY_WITHIN);
    logLines(child.stderr as NonNullable<ChildProcess["stderr"]>, (line) => {
      report(line, log);
      said.push(line);
      if (said.length > QUOTED_LINES) said.shift();
      if (line.includes(READY)) {
        clearTimeout(tooLate);
        resolve();
      }
    });
    void ended.then((how) => {
      clearTimeout(tooLate);
      reject(new Error(`PostgreSQL ended (${how}) before it was ready. Its last words: ${said.join(" | ")}`));
    });
  });
}

/** FATAL ends one session, as when it is told to; only PANIC ends the server. Why a start failed is in the error. */
function report(line: string, log: Log): void {
  if (line.startsWith("PANIC:")) log.error({}, `PostgreSQL: ${line}`);
  else log.info({}, `PostgreSQL: ${line.replace(/^LOG:\s+/, "")}`);
}

async function stop(child: ChildProcess, ended: Promise<string>, log: Log): Promise<void> {
  // The wait for the end must keep us alive, or Node would leave with the server still running.
  child.ref();
  const steps = [["SIGINT", FAST_SHUTDOWN], ["SIGQUIT", IMMEDIATE_SHUTDOWN], ["SIGKILL", IMMEDIATE_SHUTDOWN]] as const;
  for (const [signal, patience] of steps) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (signal !== "SIGINT") log.warn({ signal }, "PostgreSQL does not stop; insisting");
    child.kill(signal);
    if (await endsWithin(ended, patience)) return;
  }
}

function endsWithin(ended: Promise<string>, patience: Milliseconds): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    void ended.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

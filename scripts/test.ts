/**
 * `npm test`: types, tests and checks of the whole project against one real PostgreSQL.
 * `npm test -- src/promises sim/a.test.ts` runs the tests of these places alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join, relative } from "node:path";
import { performance } from "node:perf_hooks";
import type { Log } from "../src/base/ports.ts";
import { FAST_AND_FORGETFUL, startDisposablePostgres } from "../src/server/postgres/index.ts";

const ROOT = join(import.meta.dirname, "..");
const TEST_FOLDERS = ["src", "sim", "test", "checks", "sample", "scripts", "bench", "chaos"];
/** Suites wait for the database as much as they compute. */
const AT_ONCE = availableParallelism() + 1;
/** Every suite that runs holds a pool; PostgreSQL's own default would let them wait for each other. */
const CONNECTIONS = "400";

interface Phase {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

const phases: Phase[] = [];
let running: ChildProcess | undefined;
let interrupted: NodeJS.Signals | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupted = signal;
    running?.kill(signal);
  });
}

const places = process.argv.slice(2);
if (places.length === 0) await phase("types", () => run(["node_modules/typescript/bin/tsc", "-p", "."]));
await withDatabase((url) => phase("tests", () => runTests(places, url)));
if (places.length === 0 && existsSync(join(ROOT, "checks/run.ts"))) await phase("checks", () => run(["checks/run.ts"]));
summarise();

async function phase(name: string, work: () => Promise<boolean>): Promise<void> {
  if (interrupted) return;
  console.log(`\n== ${name}`);
  const from = performance.now();
  const ok = await work();
  phases.push({ name, ok, seconds: (performance.now() - from) / 1000 });
}

async function withDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const log: Log = { info: () => {}, warn: report, error: report };
  const from = performance.now();
  const server = await startDisposablePostgres(log, { ...FAST_AND_FORGETFUL, max_connections: CONNECTIONS });
  phases.push({ name: "database", ok: true, seconds: (performance.now() - from) / 1000 });
  try {
    await work(server.url);
  } finally {
    await server.stop();
  }
}

function report(fields: Record<string, unknown>, message: string): void {
  console.warn(`database: ${message} ${JSON.stringify(fields)}`);
}

function runTests(wanted: readonly string[], databaseUrl: string): Promise<boolean> {
  const files = testFiles(wanted);
  if (files.length === 0) {
    console.error(`No test is in ${wanted.join(", ")}. Tests are named *.test.ts.`);
    return Promise.resolve(false);
  }
  return run(["--test", `--test-concurrency=${AT_ONCE}`, "--test-reporter=spec", ...files], { MAKEGOOD_TEST_DATABASE_URL: databaseUrl });
}

function testFiles(wanted: readonly string[]): string[] {
  const roots = wanted.length > 0 ? wanted.map((place) => relative(ROOT, join(process.env["INIT_CWD"] ?? process.cwd(), place)) || ".") : TEST_FOLDERS;
  const isFile = (root: string): boolean => statSync(join(ROOT, root), { throwIfNoEntry: false })?.isFile() === true;
  const found = roots.flatMap((root) => (isFile(root) ? [root] : globSync(`${root}/**/*.test.ts`, { cwd: ROOT })));
  // The bad examples of the checks are there to fail.
  return [...new Set(found)].filter((file) => !file.startsWith("checks/bad/") && !file.includes("node_modules")).sort();
}

function run(args: readonly string[], environment: Record<string, string> = {}): Promise<boolean> {
  // The suites must not see that they run inside another test runner's environment.
  const { NODE_TEST_CONTEXT: _outer, ...inherited } = process.env;
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit", env: { ...inherited, ...environment } });
  running = child;
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once("close", (code) => {
      running = undefined;
      resolve(code === 0);
    });
  });
}

function summarise(): void {
  console.log("");
  for (const { name, ok, seconds } of phases) console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s`);
  if (interrupted) console.log(`Interrupted (${interrupted}).`);
  process.exitCode = interrupted ? 128 + constants.signals[interrupted] : phases.every((each) => each.ok) ? 0 : 1;
}

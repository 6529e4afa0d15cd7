// Carries on as another Node. Plain JavaScript without dependencies, for any Node since 20.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * How far, in percent of what is alive, the heap grows before it is collected. V8 lets a small one grow to three or four
 * times that; what our batches leave is not missed sooner (npm run bench webhookToMail: a worker of 250 MiB at its peak
 * instead of 310, at the same speed).
 */
const GROWTH = 50;

/** What was compiled once is not compiled again: every command starts in half the time. Where it cannot be written, Node goes on without. */
const COMPILED = join(fileURLToPath(new URL("..", import.meta.url)), "node_modules", ".cache", "compiled");

/** Runs `node` with these arguments in our place: it gets our signals, and its exit code becomes ours. */
export function becomeNode(node, args) {
  process.env.NODE_COMPILE_CACHE ??= COMPILED;
  // Where Node can replace itself there is nothing to pass on.
  if (process.execve && process.platform !== "win32") process.execve(node, [node, ...withFlags(args)], process.env);
  else passThrough(spawn(node, withFlags(args), { stdio: "inherit" }), node);
}

function withFlags(args) {
  return [`--heap-growing-percent=${GROWTH}`, ...args];
}

function passThrough(child, node) {
  // A terminal sends Ctrl-C to both of us: passed on as well, it would count as a second, impatient one.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY;
  process.on("SIGINT", () => fromTerminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

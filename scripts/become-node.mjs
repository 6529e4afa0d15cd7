// Carries on as another Node. Plain JavaScript without dependencies, for any Node since 20.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Room for young objects in MiB, instead of 16: a batch's rows live as long as the batch, so that what V8 takes for more
 * room it seldom gives back (npm run bench webhookToMail: a web process of 162 MiB instead of 208, a worker of 294
 * instead of 339).
 */
const YOUNG = 4;

/** Runs `node` with these arguments in our place: it gets our signals, and its exit code becomes ours. */
export function becomeNode(node, args) {
  // Where Node can replace itself there is nothing to pass on.
  if (process.execve && process.platform !== "win32") process.execve(node, [node, ...withFlags(args)], process.env);
  else passThrough(spawn(node, withFlags(args), { stdio: "inherit" }), node);
}

function withFlags(args) {
  return [`--max-semi-space-size=${YOUNG}`, ...args];
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

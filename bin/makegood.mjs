#!/usr/bin/env node
// Starts Makegood on the Node that comes with it, whatever Node the machine has.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 26;
const MAIN = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "server", "cli", "main.ts");
const args = [MAIN, ...process.argv.slice(2)];

const node = ourNode();
if (node === undefined) {
  console.error(`Makegood runs on the Node ${NODE_MAJOR} that is installed with it, and it is not there. Run \`npm start\` or \`npm ci\` in ${join(dirname(MAIN), "..", "..", "..")} first.`);
  process.exitCode = 1;
} else if (process.execve && process.platform !== "win32") {
  // Becomes that program: signals and the exit code need no passing on.
  process.execve(node, [node, ...args], process.env);
} else {
  passThrough(spawn(node, args, { stdio: "inherit" }));
}

function ourNode() {
  if (Number(process.versions.node.split(".")[0]) === NODE_MAJOR) return process.execPath;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const program = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function passThrough(child) {
  // A terminal sends Ctrl-C to both of us: passed on as well, it would count as a second, impatient one.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY;
  process.on("SIGINT", () => fromTerminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    console.error(`Node ${NODE_MAJOR} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

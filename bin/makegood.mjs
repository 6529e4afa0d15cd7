#!/usr/bin/env node
// Starts Makegood on the Node that comes with it, whatever Node the machine has.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { becomeNode } from "../scripts/become-node.mjs";

const NODE_MAJOR = 26;
const MAIN = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "server", "cli", "main.ts");
const args = [MAIN, ...process.argv.slice(2)];

const node = ourNode();
if (node === undefined) {
  console.error(`Makegood runs on the Node ${NODE_MAJOR} that is installed with it, and it is not there. Run \`npm start\` or \`npm ci\` in ${join(dirname(MAIN), "..", "..", "..")} first.`);
  process.exitCode = 1;
} else {
  becomeNode(node, args);
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

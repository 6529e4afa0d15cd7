// What `npm start` and `npm test` begin with, on whatever Node the machine has: plain JavaScript without dependencies.
// Brings node_modules in line with package-lock.json, with the Node of our own in it; does nothing when all is there.
// With arguments it then runs that script on our Node: node scripts/ensure-installed.mjs scripts/test.ts
import { join } from "node:path";
import { isInstalled, OUR_NODE, ROOT } from "./installed.mjs";

const [script, ...args] = process.argv.slice(2);

try {
  if (!isInstalled()) await (await import("./install.mjs")).install();
  if (script !== undefined) await runOnOurNode();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function runOnOurNode() {
  const { becomeNode } = await import("./become-node.mjs");
  becomeNode(OUR_NODE, [join(ROOT, script), ...args]);
}

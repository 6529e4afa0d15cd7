// Enforces the rules of the house: node checks/run.ts [name…]
import { checks } from "./all.ts";
import { inRepository } from "./external.ts";
import { inspect, reportFor } from "./house.ts";
import { openTree } from "./tree.ts";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`There is no check called ${unknown.join(", ")}. There are: ${checks.map((check) => check.name).join(", ")}.`);
  process.exit(1);
}

const results = await inspect(
  openTree(inRepository("")),
  checks.filter((check) => wanted.length === 0 || wanted.includes(check.name)),
);
const { lines, exitCode } = reportFor(results);
for (const line of lines) console.log(line);
process.exitCode = exitCode;

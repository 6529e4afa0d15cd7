// Runs one heavy check in a thread of its own and hands back what it found.
import { parentPort, workerData } from "node:worker_threads";
import { checks } from "./all.ts";
import { openTree } from "./tree.ts";

const { name, root } = workerData as { name: string; root: string };
const check = checks.find((candidate) => candidate.name === name);
if (check === undefined || parentPort === null) throw new Error(`Expected to be started with the name of a check, got ${name}.`);
parentPort.postMessage(await check.run(openTree(root)));

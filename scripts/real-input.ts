/**
 * `npm run real-input`: every file of the recorded deliveries against the table of what each becomes, with a line for each,
 * and the tests that the table says read a file.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { readTable } from "../test/real-input/table.ts";

const tests = new Set(Object.values(readTable()).flatMap(({ reader }) => /^test (.+)$/.exec(reader)?.[1] ?? []));
const child = spawn(process.execPath, [join(import.meta.dirname, "test.ts"), "test/real-input", ...tests], { stdio: "inherit" });
child.once("close", (code) => void (process.exitCode = code ?? 1));

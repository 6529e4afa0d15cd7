// Writes every generated file: node checks/regenerate.ts [path…]
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inRepository } from "./external.ts";
import { generated } from "./generated.ts";

const wanted = process.argv.slice(2);

for (const entry of generated) {
  if (wanted.length > 0 && !wanted.includes(entry.file)) continue;
  try {
    const text = await entry.make();
    mkdirSync(dirname(inRepository(entry.file)), { recursive: true });
    writeFileSync(inRepository(entry.file), text);
    console.log(`${entry.file} from ${entry.from}`);
  } catch (failure) {
    console.error(`${entry.file} was not written: ${failure instanceof Error ? failure.message : String(failure)}`);
    process.exitCode = 1;
  }
}

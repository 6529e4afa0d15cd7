import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EVIDENCE_TYPES } from "./create-adapter.ts";

for (const type of EVIDENCE_TYPES) {
  test(`${type} is put to the rules that every provider's event webhook keeps`, () => {
    const own = readFileSync(join(import.meta.dirname, type, `${type}.test.ts`), "utf8");
    assert.match(own, new RegExp(`evidenceContract\\(\\{\\s*type: "${type}"`), `${type}.test.ts begins with evidenceContract({ type: "${type}", … })`);
  });
}

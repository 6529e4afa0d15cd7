import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SOURCE_TYPES } from "./create-source.ts";

for (const type of SOURCE_TYPES) {
  test(`${type} is put to the rules that every source keeps`, () => {
    const own = readFileSync(join(import.meta.dirname, type, `${type}.test.ts`), "utf8");
    assert.match(own, new RegExp(`sourceContract\\(\\{\\s*type: "${type}"`), `${type}.test.ts begins with sourceContract({ type: "${type}", … })`);
  });
}

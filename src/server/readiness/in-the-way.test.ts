import assert from "node:assert/strict";
import { test } from "node:test";
import { inTheWay, type ControlState } from "./controls.ts";

test("what is not proved stands in the way unless somebody names it, and what nothing can prove stands there even then", () => {
  const open: readonly ControlState[] = [
    { control: "page-rota-filled", kind: "not met", evidence: "nobody" },
    { control: "refunds-source-heard", kind: "unknown", evidence: "nothing has come" },
    { control: "status-page-elsewhere", kind: "not provable", evidence: "no status page can be connected yet" },
  ];
  const left = (...despite: string[]) => inTheWay(open, new Set(despite)).map(({ control }) => control);
  assert.deepEqual(left(), ["page-rota-filled", "refunds-source-heard", "status-page-elsewhere"]);
  assert.deepEqual(left("page-rota-filled", "refunds-source-heard", "status-page-elsewhere"), ["status-page-elsewhere"]);
});

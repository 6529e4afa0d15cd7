import assert from "node:assert/strict";
import { test } from "node:test";
import type { Playbook } from "../../playbooks/index.ts";
import { type CaseEvidence, factsOf } from "./facts.ts";

const PLAYBOOK = { choices: { reason: ["declined", "conflict"], money: ["due", "unclear"] } } as unknown as Playbook;

test("where both the reason and the refund are disputed, a person is asked about both", () => {
  const evidence = {
    matter: "cancellation",
    reason: { say: "conflict", conflict: "The shop says that the payment was declined; stripe says that it was captured." },
    money: { state: "unclear", conflict: "Of refund 1 shopify says failed, stripe says succeeded." },
    thing: "cancelled",
  } as unknown as CaseEvidence;
  const { ask, conflict } = factsOf({ playbook: PLAYBOOK, cause: "cancelled", evidence, promises: [] });
  for (const said of [ask, conflict]) assert.match(said ?? "", /declined.*captured.*failed.*succeeded/);
});

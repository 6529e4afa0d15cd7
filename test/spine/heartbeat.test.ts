import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { heartbeat } from "../../src/server/runtime/heartbeat.ts";
import { startSpine } from "./harness.ts";

const spine = await startSpine();
after(() => spine.stop());

test("the outside watchdog hears from us while everybody is accounted for, and nothing when somebody is not", async () => {
  const calls: string[] = [];
  const duty = heartbeat(spine.opened, "http://watchdog.example/beat", async (url) => void calls.push(url));
  await duty.run();
  assert.deepEqual(calls, ["http://watchdog.example/beat"]);
  // A promise to a customer that broke and belongs to no case: noticed, and nobody was told.
  await spine.db.rows(
    sql(`insert into promises (store_id, promise_id, kind, thing, rule, playbook, owed_to, owner, basis, rests_on, made_at, due_at, check_at, state, settled_at)
         values ($1, gen_random_uuid(), 'refund_by', 'refund/x', 'r', 'refund-idle', 'customer', 'finance', '{"kind":"policy"}', '{}', ms($2), ms($2), ms($2), 'broken', ms($2))`),
    [spine.store, spine.now()],
  );
  await duty.run();
  assert.equal(calls.length, 1);
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { HOUR } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { haltAll } from "../../src/outreach/index.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as reconcileCommand } from "../../src/server/cli/commands/reconcile.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, startSpine } from "./harness.ts";

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

/** Runs a command of `makegood` on the sample store at `url`, as Ada would. */
async function run(url: string, command: Command, values: Arguments["values"] = {}, ...positionals: string[]): Promise<{ status: number; said: string }> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(line);
  const terminal: Terminal = { env: { DATABASE_URL: url, MAKEGOOD_ACTOR: "Ada" }, cwd: import.meta.dirname, out: hear, err: hear, stopping: new AbortController().signal };
  return { status: await command.run({ values, positionals }, terminal), said: lines.join("\n") };
}

test("a command reads the sample store's own clock, so that what is overdue there is overdue on its page and nowhere before", async () => {
  const spine = await startSpine();
  open.push(spine);
  await haltAll(spine.opened.ports, spine.store, "Ada", "a test");
  for (const scene of scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets).filter((each) => each.at <= MONDAY + HOUR)) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(scene.deliver(spine.now()));
  }
  const overdue = [];
  for (const wait of [0, 6 * HOUR]) {
    spine.pass(wait);
    await spine.work();
    const { said } = await run(spine.url, reconcileCommand, { json: true });
    const line = JSON.parse(said) as { due: number; overdue: number };
    assert.deepEqual(line.overdue, (await reconcile(spine.db, spine.store, spine.now())).overdue);
    overdue.push([line.due, line.overdue]);
  }
  assert.deepEqual(overdue, [[1, 0], [1, 1]]);
});

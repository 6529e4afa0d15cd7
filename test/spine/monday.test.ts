import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { DAY, HOUR, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as mondayCommand } from "../../src/server/cli/commands/monday.ts";
import { command as saidCommand } from "../../src/server/cli/commands/said.ts";
import { haltAll } from "../../src/outreach/index.ts";
import { golive } from "../../src/server/stores/golive.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { scenesOfFate, type Fate } from "../../sample/story.ts";
import type { Scene } from "../../sample/model.ts";
import { MONDAY, noDns, startSpine, type SpineOptions } from "./harness.ts";

/** Time passes in steps of this length. Long, but short enough that no source counts as silent. */
const TICK = 12 * HOUR;
const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

type Spine = Awaited<ReturnType<typeof startSpine>>;

/** A real store: only cancellations are live in it, refunds are still in shadow mode. */
async function startStore(policy?: SpineOptions["policy"]): Promise<Spine> {
  const spine = await startSpine({ live: false, ...(policy && { policy }) });
  open.push(spine);
  await golive(spine.opened.ports, spine.store, "cancelled-by-store", "Mira Stone");
  return spine;
}

const fateOf = (order: number, at: Instant, fate: Fate): readonly Scene[] => scenesOfFate(order, at, fate, SAMPLE_SECRETS.secrets);

/** Lets the store work until `until`, playing these scenes and as many orders that go well as keep its sources heard. */
async function play(spine: Spine, until: Instant, ...scenes: readonly Scene[]): Promise<void> {
  const ahead = scenes.toSorted((a, b) => a.at - b.at);
  while (spine.now() < until) {
    spine.pass(Math.min(TICK, until - spine.now(), Math.max(1, (ahead[0]?.at ?? until) - spine.now())));
    for (const scene of fateOf(1_000 + Math.floor((spine.now() - MONDAY) / TICK), plus(spine.now(), -2 * MINUTE), { kind: "well" })) await spine.deliver(scene.deliver(spine.now()));
    for (const scene of ahead.splice(0, ahead.filter(({ at }) => at <= spine.now()).length)) await spine.deliver(scene.deliver(spine.now()));
    await spine.work();
  }
}

/** The Monday lists that reached the first person of the page rota, oldest first. */
async function lists(spine: Spine) {
  const mails = await Promise.all(spine.sink.messages().map(async (mail) => ({ ...(await mail.parsed()), to: mail.envelope.to[0] })));
  return mails.filter((mail) => mail.to === "mira@hearth.example" && mail.subject?.includes("Monday list"));
}

/** Runs a command of `makegood` on the store. */
async function run(spine: Spine, command: Command, values: Arguments["values"] = {}, ...positionals: string[]): Promise<string> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(line);
  const terminal: Terminal = { env: { DATABASE_URL: spine.url }, cwd: import.meta.dirname, dns: noDns, out: hear, err: hear, stopping: new AbortController().signal };
  assert.equal(await command.run({ values, positionals }, terminal), 0);
  return lines.join("\n");
}

test("an owner reads on Monday what is owed, whom no word reaches, who waited longest and what shadow mode would have said", async () => {
  const spine = await startStore(({ to }) => (to === "tom.alder@mail.example" ? { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "No such user" } : { kind: "accept" }));
  const caseOf = async (reference: string): Promise<string> => {
    const rows = await spine.db.rows<{ id: string }>(sql("select c.case_id as id from cases c join orders o on o.store_id = c.store_id and o.order_id = c.order_id where o.reference = $1"), [reference]);
    return rows[0]?.id ?? assert.fail(`a case of ${reference}`);
  };
  await play(
    spine,
    plus(MONDAY, 14 * DAY),
    ...fateOf(3, MONDAY, { kind: "refund_sits", paidAfter: 30 * DAY }),
    ...fateOf(4, plus(MONDAY, DAY), { kind: "cancelled", reason: "inventory", refundAfter: 2 * HOUR }),
    ...fateOf(5, plus(MONDAY, 8 * DAY), { kind: "refund_sits", paidAfter: 30 * DAY }),
  );
  const [first, second, ...others] = await lists(spine);
  assert.deepEqual([first?.subject, others], ["[Hearth & Larder] Monday list 2026-W42: 2 promises owed, 1 customer unreachable", []]);
  const [idle, unreachable, new_] = [await caseOf("#1103"), await caseOf("#1104"), await caseOf("#1105")];
  assert.equal(second?.subject, "[Hearth & Larder] Monday list 2026-W43: 3 promises owed, 1 customer unreachable");
  assert.equal(
    second?.text?.replaceAll("\r\n", "\n").trimEnd(),
    `Mira Stone, this is the Monday list of Hearth & Larder for week 2026-W43. New is what came up since Mon 12 Oct 2026 08:00; the rest has waited longer.

Promises broken and still owed

3 broken = 0 made good + 0 waived + 3 owed. The longest overdue first.

New (1):

- #1105 (case ${new_}): a refund, due Thu 15 Oct 2026 12:00. Owner: finance (Mira Stone).

Waiting for longer than a week (2):

- #1104 (case ${unreachable}): the first word, due Tue 6 Oct 2026 12:00. Owner: order-ops (Mira Stone).
- #1103 (case ${idle}): a refund, due Wed 7 Oct 2026 12:00. Owner: finance (Mira Stone).

All of them, with their ids: makegood reconcile --list owed --store sample --config makegood.yaml

Customers whom no word reaches

Waiting for longer than a week (1; the mail server refused it: 1):

- #1104 (case ${unreachable}): the mail server refused it. Since Tue 6 Oct 2026 11:00.

Whom somebody has told another way is owed the word no more: makegood waive <promise id> --why "told on the phone" --store sample --config makegood.yaml

The longest silence

18660 minutes (12 d 23 h): #1104 (case ${unreachable}) heard nothing from Tue 6 Oct 2026 11:00 until now, and hears nothing still.

What we would have said

- Refund idle or failed (refund-idle): 1 case, the latest #1105 (case ${new_}).

Word for word: makegood said <case id> --store sample --config makegood.yaml

The line

- 3 affected (3 people) = 0 told + 0 presumed told + 1 unreachable (refused 1) + 2 excused (shadow 2) + 0 due (0 overdue)
- 3 broken promises = 0 made good + 0 waived + 3 owed
- Balanced.`,
  );
  assert.deepEqual(second?.headers?.filter(({ key }) => key === "auto-submitted").map(({ value }) => value), ["auto-generated"]);
  assert.match(second?.html ?? "", /<strong>Promises broken and still owed<\/strong>[^]*<li[^>]*>#1105 \(case /);
  assert.doesNotMatch(`${second?.text} ${second?.html}`, /Alder|tom\.|@mail\.example/i, "of customers it names references and cases alone");

  assert.equal((await run(spine, mondayCommand, { week: "2026-W43" })).split("\n\n").slice(1).join("\n\n"), second?.text?.replaceAll("\r\n", "\n").trimEnd());
  assert.match(await run(spine, mondayCommand, { week: "2026-W43" }), /^.*2026-W43.*\n\(accepted; written 2026-10-19T08:00:00.000Z, 1 try; to Mira Stone at .*: first: 250 /);
  assert.match(await run(spine, mondayCommand), /Monday list: 3 promises owed, 1 customer unreachable\n\n.*New is what came up since Mon 19 Oct 2026 08:00/);
  await assert.rejects(run(spine, mondayCommand, { week: "2026-W12" }), { code: "no_list", message: /no Monday list of 2026-W12 for sample\. Leave out --week/ });
  await assert.rejects(run(spine, mondayCommand, { week: "W43" }), { code: "week", message: /"W43" is no week\. Write an ISO week/ });
  assert.match(await run(spine, saidCommand, {}, new_), /^== shadow, 2026-10-15T\S+: .*remboursement.*\n[^]*#1105/);
  await assert.rejects(run(spine, saidCommand, {}, "nobody"), { code: "no_case", message: /There is no case nobody in sample\. Take its id from/ });
  await assert.rejects(run(spine, saidCommand), { code: "case" });
});

test("a mail server that takes the list and says nothing gets it once more with the same Message-ID, and a global stop does not hold it", async () => {
  let tries = 0;
  const spine = await startStore(({ to }) => (to === "mira@hearth.example" && (tries += 1) === 1 ? { kind: "drop" } : { kind: "accept" }));
  await haltAll(spine.opened.ports, spine.store, "Mira Stone", "a test");
  await play(spine, plus(MONDAY, 7 * DAY + 3 * HOUR));
  const ids = (await lists(spine)).map((mail) => mail.messageId);
  assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
  assert.match(await run(spine, mondayCommand, { week: "2026-W42" }), /\(accepted; .* 2 tries, one of them a resend; to Mira Stone/);
});

test("where one mail server refuses the list the next one takes it", async () => {
  let tries = 0;
  const spine = await startStore(({ to }) => (to === "mira@hearth.example" && (tries += 1) === 1 ? { kind: "refuse", at: "mail", code: 451, enhanced: "4.3.0", says: "not now" } : { kind: "accept" }));
  await play(spine, plus(MONDAY, 7 * DAY));
  assert.equal((await lists(spine)).length, 1);
  assert.match(await run(spine, mondayCommand, { week: "2026-W42" }), /\(accepted; .* 1 try; to Mira Stone at .*: second: 250/);
});

test("the sample store sends no list: nobody owns it", async () => {
  const spine = await startSpine();
  open.push(spine);
  await play(spine, plus(MONDAY, 8 * DAY));
  assert.deepEqual(await lists(spine), []);
  assert.match(await run(spine, mondayCommand), /^\[Hearth & Larder\] Monday list: nothing is owed/);
});

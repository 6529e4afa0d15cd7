import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DAY, HOUR } from "../../src/base/time.ts";
import { reconcile, type ReconciliationList } from "../../src/incidents/index.ts";
import { sql } from "../../src/base/db.ts";
import { acceptEvidence, haltAll } from "../../src/outreach/index.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as reconcileCommand } from "../../src/server/cli/commands/reconcile.ts";
import { command as requeueCommand } from "../../src/server/cli/commands/requeue.ts";
import { command as waiveCommand } from "../../src/server/cli/commands/waive.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, noDns, startSpine } from "./harness.ts";

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

/** Runs a command of `makegood` on the sample store at `url`, as Ada would. */
async function run(url: string, command: Command, values: Arguments["values"] = {}, ...positionals: string[]): Promise<{ status: number; said: string }> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(line);
  const terminal: Terminal = { env: { DATABASE_URL: url, MAKEGOOD_ACTOR: "Ada" }, cwd: import.meta.dirname, dns: noDns, out: hear, err: hear, stopping: new AbortController().signal };
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

/** An order is cancelled and refunded, and no mail reaches its customer; a week later her first word is still owed. */
async function owedToTheUnreachable() {
  const spine = await startSpine({ policy: ({ to }) => (to.endsWith("@mail.example") ? { kind: "refuse", at: "recipient", code: 550, enhanced: "5.1.1", says: "No such user" } : { kind: "accept" }) });
  open.push(spine);
  for (const scene of [...scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 2 * HOUR }, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at)) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(scene.deliver(spine.now()));
    await spine.work();
  }
  spine.pass(7 * DAY);
  await spine.work();
  return spine;
}

test("a person waives a promise, with who and why: it is owed no more, the books show it, and its incident ends", async () => {
  const spine = await owedToTheUnreachable();
  const listed = async (list: ReconciliationList): Promise<Record<string, unknown>[]> => {
    const { said } = await run(spine.url, reconcileCommand, { list });
    return said.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const openIncidents = () => spine.db.rows(sql("select 1 from incidents where closed_at is null"));
  const [owed, ...others] = await listed("owed");
  assert.deepEqual([owed?.["kind"], owed?.["waived"], others, (await openIncidents()).length], ["first_notice_by", null, [], 1]);
  const id = String(owed?.["promiseId"]);
  const { status, said } = await run(spine.url, waiveCommand, { why: "told on the phone" }, id);
  assert.deepEqual([status, said], [0, `${id} (first_notice_by, order ${String(owed?.["orderId"])}) is waived by Ada. It stays in the books as broken, and is owed no more.`]);
  const { promises, balanced } = await reconcile(spine.db, spine.store, spine.now());
  assert.deepEqual([promises, balanced], [{ broken: 1, madeGood: 0, waived: 1, owed: 0 }, true]);
  assert.deepEqual((await listed("waived")).map((row) => row["waived"]), [{ at: spine.now(), by: "Ada", because: "told on the phone" }]);
  assert.deepEqual([await listed("owed"), await openIncidents()], [[], []]);
  const audit = await spine.db.rows(sql("select actor, target, detail from audit where verb = 'waive'"));
  assert.deepEqual(audit, [{ actor: "Ada", target: `promise/${id}`, detail: { because: "told on the phone", order: owed?.["orderId"] } }]);
  await assert.rejects(run(spine.url, waiveCommand, { why: "again" }, id), /was waived by Ada at .* nothing to waive/);
});

test("a waiver says what is wrong with it and what to do", async () => {
  const spine = await startSpine();
  open.push(spine);
  await assert.rejects(run(spine.url, waiveCommand, { why: "x" }), { code: "waive", message: /No promise was named\. Name ids from/ });
  await assert.rejects(run(spine.url, waiveCommand, {}, "id"), { code: "waive", message: /not said why\. Add a reason with --why/ });
  for (const id of ["id", "00000000-0000-8000-8000-000000000001"]) await assert.rejects(run(spine.url, waiveCommand, { why: "x" }, id), { code: "no_promise", message: /no promise .* Take its id from/ });
});

test("mail evidence that nobody could read is listed with its reason, read again, and dismissed by a person", async () => {
  const spine = await startSpine();
  open.push(spine);
  await acceptEvidence(spine.opened.ports, spine.store, "mail", Buffer.from("\r\n\r\nno headers"));
  await spine.work();
  const list = await run(spine.url, requeueCommand, { list: true });
  const [, id = ""] = /^(\S+)  mail  mail evidence  the mail cannot be read: .*: look at it in the mailbox/.exec(list.said) ?? [];
  assert.match(id, /^[0-9a-f-]{36}$/, list.said);
  const states = () => spine.db.rows(sql("select state, reason, body is null as gone from evidence_inbox"));
  assert.match((await run(spine.url, requeueCommand)).said, /^0 deliveries .* Mail evidence: 1 will be read again too\.$/);
  assert.partialDeepStrictEqual(await states(), [{ state: "new", reason: null }]);
  await spine.work();
  assert.match((await run(spine.url, requeueCommand, { dismiss: true, why: "spam" }, id)).said, /Mail evidence: 1 is laid aside\.$/);
  assert.partialDeepStrictEqual(await states(), [{ state: "ignored", gone: true }]);
  assert.equal((await run(spine.url, requeueCommand, { list: true })).said, "Nothing is in quarantine.");
});

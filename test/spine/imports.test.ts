import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { DAY, HOUR, iso, plus } from "../../src/base/time.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { importFile } from "../../src/intake/index.ts";
import type { Arguments, Terminal } from "../../src/server/cli/command.ts";
import { command } from "../../src/server/cli/commands/import.ts";
import { scenesOfFate } from "../../sample/story.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, noDns, startSpine, type SpineOptions } from "./harness.ts";

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

async function opened(options?: SpineOptions) {
  const spine = await startSpine(options);
  open.push(spine);
  return spine;
}
type Spine = Awaited<ReturnType<typeof opened>>;

const HEADER = "order_id,reference,placed_at,email,first_name,country,total,currency,paid_at,cancelled_at,cancel_reason\n";
const order = (id: number, cancelledAt: number): string => {
  const placed = iso(plus(MONDAY, -400 * DAY));
  return `${id},#${id},${placed},buyer${id}@mail.example,Ida,DE,20.00,EUR,${placed},${new Date(cancelledAt).toISOString()},inventory\n`;
};

/** The source that tells of orders in the sample store. */
function shopOf(spine: Spine): string {
  const [name] = [...spine.runtime.sources].find(([, { adapter }]) => adapter.kind === "shop") ?? [];
  assert.ok(name);
  return name;
}

async function bring(spine: Spine, text: string, imported: "history" | "news" = "history", sheet: "orders" | "refunds" = "orders") {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  return importFile(spine.opened.ports, { store: spine.store, source: shopOf(spine), zone: "Europe/Berlin", sheet, imported, bytes: bytes() });
}

const counted = async (spine: Spine, table: "notices" | "messages" | "tasks" | "pages") => (await spine.db.rows<{ count: number }>(sql(`select count(*) as count from ${table}`)))[0]?.count;
const lineOf = async (spine: Spine) => reconcile(spine.db, spine.store, spine.now());

test("a thousand cancelled orders of last year come into a live store: nobody hears of it, it balances, and the refunds are owed", async () => {
  const spine = await opened();
  const text = HEADER + Array.from({ length: 1_000 }, (_, index) => order(index + 1, plus(MONDAY, -390 * DAY + index * 60_000))).join("");
  const report = await bring(spine, text);
  assert.deepEqual([report.rows, report.kept, report.rejected], [1_000, 1_000, 0]);
  await spine.work();
  const line = await lineOf(spine);
  // One case for the cancellation and one for the money.
  assert.deepEqual([line.affected, line.excused, line.due, line.told, line.balanced], [2_000, { history: 2_000 }, 0, 0, true]);
  assert.equal(line.people, 1_000);
  assert.ok(line.promises.owed >= 1_000, `${line.promises.owed} refunds are owed`);
  assert.deepEqual([await counted(spine, "notices"), await counted(spine, "messages"), await counted(spine, "tasks"), await counted(spine, "pages"), spine.sink.messages().length], [0, 0, 0, 0, 0]);

  // Their refunds come in another file: what was paid in time was never broken, and nobody hears of that either.
  const refunds = Array.from({ length: 1_000 }, (_, index) => `${index + 1},r${index + 1},succeeded,20.00,EUR,${iso(plus(MONDAY, -390 * DAY + (index + 10) * 60_000))}\n`);
  await bring(spine, `order_id,refund_id,status,amount,currency,at\n${refunds.join("")}`, "history", "refunds");
  await spine.work();
  const after = await lineOf(spine);
  assert.deepEqual([after.promises.owed, after.due, after.balanced, await counted(spine, "notices")], [0, 0, true, 0]);
});

test("an order of last year whose address no parcel could reach asks its customer nothing", async () => {
  const spine = await opened();
  const placed = iso(plus(MONDAY, -400 * DAY));
  await bring(spine, `order_id,placed_at,email,total,currency,ship_line1,ship_city,ship_postal_code,ship_country\n1,${placed},ida@mail.example,20.00,EUR,Weg 1,Berlin,1,DE\n`);
  await spine.work();
  assert.deepEqual([(await lineOf(spine)).excused, await counted(spine, "notices")], [{ history: 1 }, 0]);
});

test("in shadow mode an import is not listed as something that would have been said", async () => {
  const spine = await opened({ live: false });
  await bring(spine, HEADER + order(1, plus(MONDAY, -390 * DAY)));
  await spine.work();
  assert.deepEqual([(await lineOf(spine)).excused, await counted(spine, "notices")], [{ history: 2 }, 0]);
});

test("what goes wrong after the import that told of it is news", async () => {
  const spine = await opened();
  await bring(spine, HEADER + order(1, plus(MONDAY, -HOUR)));
  await spine.work();
  assert.deepEqual([(await lineOf(spine)).excused, spine.sink.messages().length], [{ history: 1 }, 0]);
  // The shop is heard of, so that its silence is not what keeps the refund waiting.
  for (let day = 0; day < 20; day += 1) {
    spine.pass(DAY);
    await spine.db.rows(sql("update sources set heard_at = ms($1), happened_at = ms($1)"), [spine.now()]);
    await spine.work();
  }
  const line = await lineOf(spine);
  assert.deepEqual([line.excused, line.told, line.balanced], [{ history: 1 }, 1, true]);
  assert.match((await spine.sink.messages()[0]?.parsed())?.text ?? "", /refund/i);
});

test("an import that is said to be news is told like a webhook's", async () => {
  const spine = await opened();
  await bring(spine, HEADER + order(1, plus(MONDAY, -HOUR)), "news");
  await spine.work();
  assert.deepEqual([(await lineOf(spine)).told, spine.sink.messages().length], [1, 1]);
});

test("an imported order is the one that its shop's webhooks tell of, and what only they tell is news", async () => {
  const spine = await opened();
  const scenes = scenesOfFate(3, MONDAY, { kind: "cancelled", reason: "inventory", refundAfter: 20 * HOUR }, SAMPLE_SECRETS.secrets).filter((each) => each.at <= MONDAY + HOUR);
  for (const scene of scenes) {
    spine.pass(Math.max(0, scene.at - spine.now()));
    await spine.deliver(scene.deliver(spine.now()));
  }
  await spine.work();
  const told = spine.sink.messages().length;
  assert.equal(told, 1);
  const [known] = await spine.db.rows<{ order_id: string }>(sql("select order_id from orders"));
  const id = known?.order_id.split("/")[1] ?? "";
  await bring(spine, HEADER + order(1, plus(MONDAY, -390 * DAY)).replace(/^1,/, `${id},`));
  await spine.work();
  assert.deepEqual([(await spine.db.rows(sql("select 1 from orders"))).length, (await lineOf(spine)).balanced], [1, true]);
});

test("makegood import brings a file, prints what was wrong with it, and leaves the report beside", async () => {
  const spine = await opened();
  const folder = await mkdtemp(join(tmpdir(), "imports-"));
  try {
    const file = join(folder, "orders.csv");
    const rejects = join(folder, "rejects.csv");
    await writeFile(file, `\uFEFF${HEADER}${order(1, plus(MONDAY, -390 * DAY))}2,#2,yesterday,,,DE,20.00,EUR,,,\n`);
    const lines: string[] = [];
    const hear = (line: string): void => void lines.push(line);
    const terminal: Terminal = { env: { DATABASE_URL: spine.url }, cwd: folder, dns: noDns, out: hear, err: hear, stopping: new AbortController().signal };
    const run = (values: Arguments["values"], ...positionals: string[]) => command.run({ values, positionals }, terminal);
    assert.equal(await run({ as: "orders", source: shopOf(spine), rejects }, file), 1);
    assert.equal(lines[0], "2 rows read: 1 kept, 0 duplicates, 1 rejected");
    assert.match(lines[1] ?? "", /^line 3, placed_at: is not a moment\. Write the year first/);
    assert.match(await readFile(rejects, "utf8"), /^line,column,what,next\r\n3,placed_at,is not a moment,/);
    await assert.rejects(run({ as: "orders", source: "shop2" }, file), { code: "import", message: /no source "shop2"\. Name a configured source/ });
    await assert.rejects(run({ source: shopOf(spine) }), /No file was named/);
    await assert.rejects(run({ source: shopOf(spine), as: "gifts" }, file), /Nothing is called gifts\. Say --as orders/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

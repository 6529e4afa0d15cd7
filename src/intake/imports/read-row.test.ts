import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instant, iso, parseInstant } from "../../base/time.ts";
import { money } from "../../base/money.ts";
import type { StoreEvent } from "../core/event.ts";
import type { InboxRow } from "../core/delivery.ts";
import { type CsvRow, readCsv } from "./csv.ts";
import { type Header, readHeader } from "./header.ts";
import { normaliseRow, toKeep } from "./kept-row.ts";
import { readRow, type Reject } from "./read-row.ts";
import { SHEETS, type SheetName } from "./sheets.ts";

const NOW = parseInstant("2026-03-02T12:00:00Z") as Instant;

async function read(file: string, as?: SheetName): Promise<{ header: Header; rows: readonly CsvRow[] }> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(file);
  }
  const [first, ...rows] = await Array.fromAsync(readCsv(bytes()));
  return { header: readHeader(first?.cells ?? [], SHEETS.find(({ name }) => name === as)), rows };
}

/** What the rows of a file tell, as events of the source `shop`, and what is wrong with the others. */
async function told(file: string, as?: SheetName): Promise<{ events: StoreEvent[]; rejects: Reject[] }> {
  const { header, rows } = await read(file, as);
  const events: StoreEvent[] = [];
  const rejects: Reject[] = [];
  for (const row of rows) {
    const known = readRow(header, row, { source: "shop", zone: "Europe/Berlin", now: NOW });
    if (!known.ok) rejects.push(...known.error);
    else {
      const { kind, body, headers } = toKeep(known.value, "history");
      const kept: InboxRow = { inboxId: "i", source: "shop", kind, headers, body, receivedAt: NOW, imported: "history" };
      const said = normaliseRow(kept);
      assert.equal(said.kind, "events");
      if (said.kind === "events") events.push(...said.events);
    }
  }
  return { events, rejects };
}

const facts = ({ events }: { events: readonly StoreEvent[] }) => events.map(({ orderId, at, fact }) => ({ orderId, at: iso(at), ...fact }));

test("the example of every sheet in the guide is read without a reject, each row as its own order", async () => {
  for (const { name, example, kind } of SHEETS) {
    const { events, rejects } = await told(example.join("\n"), name);
    assert.deepEqual(rejects, [], name);
    assert.ok(events.filter(({ fact }) => fact.kind === kind).length >= example.length - 1, name);
  }
});

test("a row of orders tells the order, its payment and its cancellation, under its source's name and in the store's zone", async () => {
  const file = `Order ID;Name;Created At;Total;Currency;Customer Email;First Name;Phone;Shipping Address1;City;Shipping Country;Items;Date Paid;Canceled At;Reason;Tags
5502;#1002;2026-02-03 10:00;1.249,90;usd;lin@example.com;Lin;030 1234;"1 High St
Rear";Springfield;us;2 x Tea;2026-02-03 10:01;2026-02-04T08:30:00+01:00;Inventory;vip`;
  const total = money(124_990, "USD");
  assert.deepEqual(facts(await told(file, "orders")), [
    {
      orderId: "shop/5502", at: "2026-02-03T09:00:00.000Z", kind: "order.recorded", reference: "#1002", placedAt: parseInstant("2026-02-03T09:00:00Z"), total, test: false, country: "US",
      contact: { email: "lin@example.com", firstName: "Lin" }, lines: [{ id: "1", title: "Tea", quantity: 2 }], shipTo: { lines: ["1 High St\nRear"], city: "Springfield", country: "US" },
    },
    { orderId: "shop/5502", at: "2026-02-03T09:01:00.000Z", kind: "payment.recorded", paymentId: "shop/5502", status: "captured", amount: total },
    { orderId: "shop/5502", at: "2026-02-04T07:30:00.000Z", kind: "order.cancelled", reason: "inventory" },
  ]);
  const { header } = await read(file, "orders");
  assert.deepEqual(header.ignored, ["Tags"]);
});

test("a refund's clock starts where it was asked for, and its id may be another source's", async () => {
  const { events } = await told("order_id,refund_id,status,amount,currency,requested_at,at,processor_ref\n1,r1,succeeded,5,EUR,2026-02-01,2026-02-09,payments/re_1", "refunds");
  assert.deepEqual(events.map(({ at, fact }) => [iso(at).slice(0, 10), fact.kind === "refund.recorded" && [fact.status, fact.refundId, fact.view, fact.processorRef]]), [
    ["2026-01-31", ["requested", "shop/r1", "shop", "payments/re_1"]],
    ["2026-02-08", ["succeeded", "shop/r1", "shop", "payments/re_1"]],
  ]);
});

test("each row may say what it is", async () => {
  const { events, rejects } = await told(`kind,order_id,at,placed_at,total,currency,refund_id,status
order.recorded,1,,2026-02-03,49.90,EUR,,
Order.Cancelled,1,2026-02-04,,,,,
refunds,1,2026-02-05,,49.90,EUR,r-1,succeeded
gift,1,2026-02-05,,,,,`);
  assert.deepEqual(events.map(({ fact }) => fact.kind), ["order.recorded", "order.cancelled", "refund.recorded"]);
  assert.deepEqual(rejects.map(({ line, column, what }) => [line, column, what]), [[5, "kind", "is none that can be imported"]]);
});

test("a reject names its line and column as the file has them, and never what stood there", async () => {
  const { rejects } = await told(
    `Order ID,Placed At,Total,Currency,Email,Note
1,2026-02-03,5,EUR,"secret
name",x
,2026-02-03,5,EUR,,
2,03/02/2026,"1,249",EUR,secret@example.com,
3,2027-02-03,5,EURO,,
4,2026-02-03,5,EUR,,x,secret`,
    "orders",
  );
  assert.deepEqual(rejects.map(({ line, column, what }) => [line, column, what]), [
    [2, "Email", "Invalid email address"],
    [4, "Order ID", "is empty"],
    [5, "Placed At", "is not a moment"],
    [5, "Total", "is not an amount of EUR"],
    [6, "Total", "has no currency"],
    [7, undefined, "has 7 cells, and the header names 6"],
  ]);
  assert.doesNotMatch(JSON.stringify(rejects), /secret/);
  const future = await told("order_id,at\n1,2026-03-05", "cancellations");
  assert.deepEqual(future.rejects.map(({ column, what }) => [column, what]), [["at", "lies in the future"]]);
});

test("a header that does not fit is refused with what to do", async () => {
  const cases: [string, SheetName | undefined, RegExp][] = [
    ["a,b\n1,2", undefined, /no column kind\. Name the sheet \(orders/],
    ["order_id,total,currency\n", "orders", /names no column placed_at\. A file of orders needs it/],
    ["hello world\n", "refunds", /names no column order_id, refund_id, status, amount, currency, at/],
    ["order_id,Order ID,at\n", "cancellations", /Two columns are called order_id/],
  ];
  for (const [file, as, message] of cases) await assert.rejects(read(file, as), { code: "malformed", message });
});

test("the same row is the same delivery, whatever file it stands in", async () => {
  const keys = await Promise.all(
    ["order_id,at,cancel_reason\n1,2026-02-04 09:00,staff", "Reason;AT;order id;more\r\nStaff;2026-02-04T08:00:00Z;1;x\r\n"].map(async (file) => {
      const { header, rows } = await read(file, "cancellations");
      const row = readRow(header, rows[0] as CsvRow, { source: "shop", zone: "Europe/Berlin", now: NOW });
      assert.ok(row.ok);
      return [toKeep(row.value, "history").dedupeKey, toKeep(row.value, "news").dedupeKey];
    }),
  );
  assert.equal(new Set(keys.flat()).size, 1);
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { iso, MINUTE } from "../../src/base/time.ts";
import { orderHistory } from "../../src/commerce/index.ts";
import { reconcile } from "../../src/incidents/index.ts";
import { acceptEvidence, MAIL_SOURCE } from "../../src/outreach/index.ts";
import type { Database } from "../../src/server/database/index.ts";
import { startSpine } from "./harness.ts";

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((spine) => spine.stop()))));

const EMAIL = "Wilhelmina.Quaade@mail.example";
const PERSONAL = [EMAIL, "Wilhelmina", "Quaade", "+4520123456", "Havnegade 7", "TRACK-0815", "TRACK0815"];
const ADDRESS = { first_name: "Wilhelmina", last_name: "Quaade", address1: "Havnegade 7", phone: "+4520123456", country_code: "DK" };
const CUSTOMER = { id: 77, email: EMAIL, first_name: "Wilhelmina", last_name: "Quaade", phone: "+4520123456", updated_at: "2026-10-05T08:00:00Z", default_address: ADDRESS };

type Spine = Awaited<ReturnType<typeof startSpine>>;

/** A store that has told a customer of a cancelled order, and heard of the same person in every way that there is. */
async function storeThatKnowsHer(): Promise<Spine> {
  const spine = await startSpine({ sources: { tracker: { type: "easypost", secrets: ["tracker-secret"] } } });
  open.push(spine);
  // Before anybody has said whose parcel it is.
  await hearTracker(spine, "TRACK-0815", "2026-10-05T07:00:00Z");
  await spine.work();
  await hear(spine, "customers/create", CUSTOMER);
  await hear(spine, "orders/create", orderOf(spine));
  await hear(spine, "customers/data_request", { customer: { id: 77, email: EMAIL, phone: "+4520123456" }, orders_requested: [1001] });
  await spine.work();
  spine.pass(MINUTE);
  // Once with a scan that is new, and once with nothing that is.
  await hearTracker(spine, "TRACK-0815", "2026-10-05T07:00:00Z", "2026-10-05T07:30:00Z");
  await spine.work();
  await hearTracker(spine, "track 0815", "2026-10-05T07:00:00Z");
  await hearTracker(spine, "TRACK-0815", "2026-10-05T07:30:00Z");
  await hear(spine, "orders/cancelled", orderOf(spine, { cancelled_at: iso(spine.now()), cancel_reason: "inventory" }));
  await spine.work();
  spine.pass(MINUTE);
  // An automatic answer, which is ignored, and a mail that cannot be read, which is kept.
  await acceptEvidence(spine.opened.ports, spine.store, MAIL_SOURCE, Buffer.from(`\r\n\r\nWilhelmina <${EMAIL}>`));
  await acceptEvidence(spine.opened.ports, spine.store, MAIL_SOURCE, Buffer.from(`From: Wilhelmina Quaade <${EMAIL}>\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nI am in Havnegade 7.\r\n`));
  await spine.work();
  return spine;
}

function orderOf(spine: Spine, changes: object = {}): object {
  const at = iso(spine.now());
  const fulfillment = { id: 9, order_id: 1001, status: "success", created_at: at, updated_at: at, tracking_number: "TRACK-0815", shipment_status: "in_transit", destination: ADDRESS };
  return {
    id: 1001, name: "#1001", created_at: "2026-10-05T08:00:00Z", processed_at: "2026-10-05T08:00:00Z", updated_at: at, currency: "EUR", total_price: "49.90", financial_status: "paid",
    email: EMAIL, phone: "+4520123456", customer_locale: "en", test: false, customer: CUSTOMER, billing_address: ADDRESS, shipping_address: ADDRESS,
    line_items: [{ id: 5, title: "Lamp", quantity: 1 }], refunds: [], fulfillments: [fulfillment], cancelled_at: null, cancel_reason: null, ...changes,
  };
}

let deliveries = 0;

async function hear({ runtime, receiver, store, now }: Spine, topic: string, body: object): Promise<void> {
  const sign = runtime.sources.get("shopify")?.adapter.sign;
  assert.ok(sign);
  const delivery = sign({ kind: topic, deliveryId: `privacy-${(deliveries += 1)}`, triggeredAt: now(), body: Buffer.from(JSON.stringify(body)) }, now());
  assert.equal((await receiver.receive(store, "shopify", delivery)).kind, "kept");
}

/** A carrier's scans of a parcel, as its tracker tells them. */
async function hearTracker({ runtime, receiver, store, now }: Spine, number: string, ...scans: readonly string[]): Promise<void> {
  const source = runtime.sources.get("tracker");
  assert.ok(source?.adapter.sign);
  const details = scans.map((datetime) => ({ datetime, status: "in_transit", status_detail: "unknown" }));
  const result = { id: "trk_1", tracking_code: number, carrier: "PostNord", status: "in_transit", created_at: "2026-10-05T06:00:00Z", tracking_details: details };
  const event = { id: `evt_${(deliveries += 1)}`, description: "tracker.updated", created_at: iso(now()), result };
  const delivery = source.adapter.sign({ kind: "", deliveryId: "", body: Buffer.from(JSON.stringify(event)) }, now());
  assert.equal((await receiver.receive(store, "tracker", delivery)).kind, "kept");
}

/** Each column of each table that holds one of these words, and which. Bytes are read as the ASCII that is in them. */
async function found(db: Database, words: readonly string[]): Promise<string[]> {
  const columns = await db.rows<{ table: string; column: string; type: string }>(
    sql(`select table_name as "table", column_name as "column", data_type as type from information_schema.columns
         where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY') order by 1, 2`),
  );
  const places: string[] = [];
  for (const { table, column, type } of columns) {
    const text = type === "bytea" ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const hits = await db.rows<{ word: string }>(sql(`select distinct word from "${table}", unnest($1::text[]) as word where position(lower(word) in lower(${text})) > 0 order by word`), [words]);
    places.push(...hits.map(({ word }) => `${table}.${column}: ${word}`));
  }
  return places;
}

async function scansOfHerOrder({ db, store }: Spine): Promise<readonly string[]> {
  const told = await orderHistory(db, store, "shopify/1001");
  return [...new Set(told.filter(({ source }) => source === "tracker").map(({ at }) => iso(at)))];
}

async function counts({ db, store, now }: Spine): Promise<unknown> {
  const { affected, people, told, presumedTold, due, balanced, promises } = await reconcile(db, store, now());
  return { affected, people, told, presumedTold, due, balanced, broken: promises.broken, owed: promises.owed };
}

for (const [who, topic, body] of [
  ["a person who asks to be forgotten", "customers/redact", { customer: { id: 77, email: EMAIL, phone: "+4520123456" }, orders_to_redact: [1001] }],
  ["a shop that leaves", "shop/redact", { shop_id: 1, shop_domain: "sample.example" }],
] as const) {
  test(`${who} leaves the counts, and no word of a person in any table`, async () => {
    const spine = await storeThatKnowsHer();
    const before = await counts(spine);
    assert.notDeepEqual(await found(spine.db, PERSONAL), [], "what is looked for was there");
    assert.deepEqual(await scansOfHerOrder(spine), ["2026-10-05T07:00:00.000Z", "2026-10-05T07:30:00.000Z"], "the tracker's parcel found her order");
    // Read in one batch with the request itself.
    await hear(spine, "orders/updated", orderOf(spine));
    await hear(spine, topic, body);
    await spine.work();
    assert.deepEqual(await found(spine.db, PERSONAL), []);
    assert.deepEqual(await counts(spine), before);
    // Late deliveries of what was said before bring nothing back.
    await hear(spine, "customers/update", CUSTOMER);
    await hear(spine, "orders/updated", { ...orderOf(spine), note: "again" });
    await hearTracker(spine, "TRACK-0815", "2026-10-05T07:30:00Z", iso(spine.now()));
    await spine.work();
    assert.deepEqual(await found(spine.db, PERSONAL), []);
  });
}

test("a shop that leaves takes the parcels with it of which nobody has said whose they are", async () => {
  const spine = await storeThatKnowsHer();
  await hearTracker(spine, "TRACK-0816", "2026-10-05T07:00:00Z");
  await spine.work();
  assert.deepEqual(await found(spine.db, ["TRACK-0816"]), ["events.fact: TRACK-0816", "inbox.body: TRACK-0816"], "until its order comes");
  assert.deepEqual(await found(spine.db, ["TRACK0816"]), [], "no link holds a number");
  await hear(spine, "shop/redact", { shop_id: 1, shop_domain: "sample.example" });
  await spine.work();
  assert.deepEqual(await found(spine.db, ["TRACK-0816"]), []);
});

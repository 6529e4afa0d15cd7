import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sql } from "../base/db.ts";
import { type StoreId, systemRandom, uuidOf } from "../base/ids.ts";
import { money } from "../base/money.ts";
import { DAY, HOUR, instant, type Instant, MINUTE, plus, type Zone } from "../base/time.ts";
import { mergeEvents, pageToken } from "../commerce/index.ts";
import { detect } from "../detection/index.ts";
import { openCases, recordStandings, type IncidentContext, type LiveBook } from "../incidents/index.ts";
import type { Fact, StoreEvent } from "../intake/index.ts";
import { emailChannel, memoryJournal, createWording, expandNotices, type OutreachPorts, evidenceOfNotices, openWaysOver, recallMessages } from "../outreach/index.ts";
import { loadPlaybooks } from "../playbooks/index.ts";
import { calendarFor, keepLedger } from "../promises/index.ts";
import { testDatabase, type TestDatabase } from "../server/database/testing.ts";
import { orderPage } from "./core/order-page.ts";
import { readerOf } from "./core/reader.ts";
import type { PortalReads } from "./ports.ts";
import { portalReads } from "./reads.ts";
import { TEXTS } from "./texts/index.ts";

const SECRET = "a secret of thirty-two characters";
const START = instant(Date.UTC(2026, 10, 20, 8));
const NOW = plus(START, 2 * HOUR);
const ORDER = "shop/42";
const LIVE: LiveBook = { speaksSince: () => instant(0) };
const SHADOW: LiveBook = { speaksSince: () => undefined };

const fact = (said: Fact, at: Instant, source = "shop"): StoreEvent => ({ id: uuidOf(source, at, said.kind), inboxId: uuidOf("inbox", source, at), source, at, receivedAt: at, orderId: ORDER, refs: [], fact: said });
const total = money(18_900, "EUR");
const EVENTS: readonly StoreEvent[] = [
  fact({ kind: "order.recorded", reference: "#1103", placedAt: START, contact: { customerId: "shop/7", firstName: "Jonas", email: "jonas@mail.example", locale: "de" }, country: "AT", total, lines: [], test: false }, START),
  fact({ kind: "payment.recorded", paymentId: "pay/ch_1", status: "captured", amount: total }, plus(START, MINUTE), "pay"),
  fact({ kind: "order.cancelled", reason: "inventory" }, plus(START, HOUR)),
];

describe("an order's page over the stages", () => {
  let database: TestDatabase;
  const token = (store: StoreId): string => pageToken(SECRET, store, ORDER);
  const log = { info: () => {}, warn: () => {}, error: (fields: Record<string, unknown>) => assert.fail(JSON.stringify(fields)) };

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  /** A store to which the order's cancellation happened, with what its pages read. */
  async function storeWith(name: string, live: LiveBook): Promise<{ store: StoreId; reads: PortalReads }> {
    const store = name as StoreId;
    const { db } = database;
    const loaded = await loadPlaybooks(join(import.meta.dirname, "../../playbooks"));
    assert.ok(loaded.ok);
    const calendar = calendarFor({ zone: "Europe/Vienna", weekend: ["sat", "sun"], holidays: [], cutOff: "17:00" });
    const context: IncidentContext = { playbooks: loaded.value, calendar, trackers: [], recall: recallMessages, heardOf: evidenceOfNotices, openWays: openWaysOver([]) };
    await db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [store, START]);
    await db.transaction(async (tx) => {
      const { orders } = await mergeEvents(tx, store, EVENTS, NOW, SECRET);
      const changes = await keepLedger(tx, store, orders, loaded.value, { calendar, sources: { shop: ["shop"], payments: ["pay"], carriers: [], trackers: [] } }, NOW);
      const findings = orders.flatMap((order) => detect(loaded.value, order, changes));
      await openCases(tx, store, findings, live, context, NOW);
    });
    const wording = createWording({ store, branding: { storeName: "Fern", colour: "#1f4d3a" }, supportContact: "help@shop.example", zone: "Europe/Vienna", orderPage: () => "https://fern.example/o/x" });
    const settings = { storeName: "Fern", from: { name: "Fern", address: "care@fern.example" }, replyTo: "care@fern.example", mailDomain: "fern.example", zone: "Europe/Vienna", locale: "en", quietHours: {}, sendCapPerHour: 100 };
    const ports: OutreachPorts = { db, clock: { now: () => NOW }, random: systemRandom, log, epoch: 1, settings, channels: [emailChannel([])], wording, journal: memoryJournal(), reviseCases: async () => {}, recordStandings: (tx, of, changes, now) => recordStandings(tx, of, changes, context, now) };
    await expandNotices(ports, store);
    return { store, reads: portalReads(ports, { secret: SECRET, voices: new Map([[store, wording]]), liveBook: async () => live }) };
  }

  test("the page has the promises, the true reason, the deadline and the words of the mail", async () => {
    const { store, reads } = await storeWith("live", LIVE);
    const opened = await reads.byToken(token(store), NOW);
    assert.ok(opened);
    const record = await reads.record(opened.store, opened.order, "Europe/Berlin" as Zone);
    const reader = readerOf({ locale: "de", country: "AT", storeLocale: "en", storeZone: "UTC" });
    const page = orderPage(record, { id: store, name: "Fern", locale: "en", zone: "UTC", colour: "#1f4d3a", support: {} }, reader, TEXTS.de, NOW);
    assert.match(page.standing.sentence, /storniert, und Sie bekommen €\s189,00 zurück; wir veranlassen das bis Sonntag, 22. November/);
    assert.ok(page.promised.some((promised) => promised.dates.some((date) => date.basis.startsWith("nach dem Gesetz (Directive 2011/83/EU"))));
    assert.deepEqual(page.wrote.map((words) => words.on.map((said) => said.text)), [["Auf dieser Seite: veröffentlicht"]]);
    assert.match(page.wrote[0]?.title ?? "", /#1103/);
    assert.match(page.wrote[0]?.html ?? "", /Jonas.*€\s189,00/s);
    assert.ok(page.happened.flatMap((day) => day.items).some((item) => item.detail === "Etwas daraus ist nicht mehr auf Lager."));
    assert.equal(record.awaited.filter((word) => word.kind === "notice").length, 1);
  });

  test("in shadow mode the page has the facts alone: no word, no promise, nothing awaited", async () => {
    const { store, reads } = await storeWith("shadow", SHADOW);
    const opened = await reads.byToken(token(store), NOW);
    assert.ok(opened);
    const record = await reads.record(opened.store, opened.order, "Europe/Berlin" as Zone);
    assert.deepEqual([record.words, record.promises, record.awaited], [[], [], []]);
    assert.equal(record.history.length, EVENTS.length);
  });

  test("a token opens its page until it is too old, and a spoken reference leads to it", async () => {
    const { store, reads } = await storeWith("tokens", LIVE);
    const order = (await reads.byToken(token(store), NOW))?.order;
    assert.ok(order);
    assert.equal(await reads.tokenByReference(store, order.spokenRef.toLowerCase(), "JONAS@mail.example", NOW), token(store));
    assert.equal(await reads.tokenByReference(store, order.spokenRef, "other@mail.example", NOW), undefined);
    const tooLate = plus(NOW, 400 * DAY);
    assert.equal(await reads.byToken(token(store), tooLate), undefined);
    assert.equal(await reads.tokenByReference(store, order.spokenRef, "jonas@mail.example", tooLate), undefined);
  });
});

import { join } from "node:path";
import type { StoreId } from "../../src/base/ids.ts";
import { invariant } from "../../src/base/errors.ts";
import { money } from "../../src/base/money.ts";
import { DAY, HOUR, type Instant, MINUTE, parseInstant, plus } from "../../src/base/time.ts";
import type { HistoryEntry, OrderDoc, OrderView, Register } from "../../src/commerce/index.ts";
import type { CancelReason, RefundStatus } from "../../src/intake/index.ts";
import { loadPlaybooks, type Playbook } from "../../src/playbooks/index.ts";
import type { OrderRecord, PortalStore, SaidWords } from "../../src/portal/index.ts";
import type { StorePromise } from "../../src/promises/index.ts";
import { choicesFor, compileWords, pageWords, slotValues } from "../../src/words/index.ts";

/** The store whose pages the tests open. */
export const STORE: PortalStore = {
  id: "sample" as StoreId,
  name: "Fern & Field",
  url: "https://shop.example",
  locale: "en",
  zone: "America/New_York",
  colour: "#1f4d3a",
  support: { email: "help@shop.example", phone: "+1 555 010 0199", hours: "Mon to Fri, 9:00 to 17:00" },
};

/** The moment at which the tests look. */
export const NOW = moment("2026-11-23T15:30:00Z");

const TOTAL = money(18_900, "EUR");
const PLACED = moment("2026-11-20T08:12:00Z");
const CANCELLED = plus(PLACED, 3 * HOUR + 4 * MINUTE);

const loaded = await loadPlaybooks(join(import.meta.dirname, "../../playbooks"));
invariant(loaded.ok, "the playbooks to be sound");
const PLAYBOOKS = new Map(loaded.value.map((playbook) => [playbook.slug, playbook]));

function moment(text: string): Instant {
  const at = parseInstant(text);
  invariant(at !== undefined, `a moment, got ${text}`);
  return at;
}

function register<T>(value: T, at: Instant, source = "shop"): Register<T> {
  return { value, at, event: `event-${at}`, source };
}

interface Person {
  readonly locale: string;
  readonly country: string;
  readonly firstName: string;
  readonly lastName: string;
}

export const JONAS: Person = { locale: "de", country: "AT", firstName: "Jonas", lastName: "Weber" };
export const ELODIE: Person = { locale: "fr-CA", country: "CA", firstName: "Élodie", lastName: "Tremblay" };
export const PRIYA: Person = { locale: "en-GB", country: "GB", firstName: "Priya", lastName: "Raman" };

/** An order that was placed and paid, and nothing else. */
export function placed(person: Person = PRIYA): OrderRecord {
  const contact = { customerId: "shop/7", firstName: person.firstName, lastName: person.lastName, email: "secret.person@mail.example", phone: "+4915100000000", locale: person.locale };
  const lines = [
    { id: "1", title: "Cast-iron pan, 26 cm", quantity: 1 },
    { id: "2", title: "Stoneware mug, moss", quantity: 4 },
  ];
  const details = { reference: "#1103", placedAt: PLACED, contact, country: person.country, total: TOTAL, lines, test: false };
  const doc: OrderDoc = {
    details: register(details, PLACED),
    payments: { "pay/ch_private": register({ paymentId: "pay/ch_private", status: "captured", amount: TOTAL }, plus(PLACED, MINUTE), "payments") },
    refunds: {},
    parcels: {},
    fulfilments: {},
    disputes: {},
    said: {},
  };
  const order: OrderView = { orderId: "shop/42", reference: "#1103", spokenRef: "K7QF3M2P", doc, contact, recipient: "customer/shop/7", country: person.country, sources: ["payments", "shop"], redacted: false };
  const { contact: _, ...fact } = details;
  const history: HistoryEntry[] = [
    { at: PLACED, source: "shop", fact: { kind: "order.recorded", ...fact } },
    { at: plus(PLACED, MINUTE), source: "shop", fact: { kind: "payment.recorded", paymentId: "shop/9001", status: "captured", amount: TOTAL } },
    { at: plus(PLACED, MINUTE + 4_000), source: "payments", fact: { kind: "payment.recorded", paymentId: "pay/ch_private", status: "captured", amount: TOTAL } },
  ];
  return { order, history, promises: [], words: [], reason: "unstated", awaited: [] };
}

/** Late: its customer may wait or cancel, and may withdraw from the contract. */
export function choosing(person: Person = JONAS): OrderRecord {
  return { ...placed(person), offer: { newDate: plus(NOW, 9 * DAY), isAgreed: false }, mayWithdraw: true };
}

/** Cancelled by the store, its money due within two days; the customer was told within the hour. */
export function cancelled(person: Person = PRIYA, reason: Exclude<CancelReason, "customer"> = "inventory"): OrderRecord {
  const before = placed(person);
  const order = { ...before.order, doc: { ...before.order.doc, cancellation: register({ reason }, CANCELLED) } };
  const dueAt = plus(CANCELLED, 2 * DAY);
  const facts = { choices: { reason, money: "due" }, values: { amount: { money: TOTAL }, refund_by: { day: dueAt } } };
  return {
    ...before,
    order,
    history: [...before.history, { at: CANCELLED, source: "shop", fact: { kind: "order.cancelled", reason } }],
    promises: [
      promise({ rule: "first-notice", kind: "first_notice_by", thing: "case/1", dueAt: plus(CANCELLED, HOUR), state: "kept", settledAt: plus(CANCELLED, 2 * MINUTE) }),
      promise({ rule: "refund-48h", dueAt, amount: TOTAL }),
      promise({ rule: "refund-eu", dueAt: plus(CANCELLED, 14 * DAY), amount: TOTAL, basis: { kind: "law", citation: "Directive 2011/83/EU art. 18(3)" } }),
    ],
    words: [said({ person, order, playbook: "cancelled-by-store", message: "first", facts, at: plus(CANCELLED, MINUTE), reason })],
    money: { state: "due", amount: TOTAL },
    reason,
  };
}

/** The refund of a cancelled order sits: our own date is missed, the law's is not, and the customer was told twice. */
export function late(person: Person = PRIYA): OrderRecord {
  const before = cancelled(person);
  const missedAt = plus(CANCELLED, 2 * DAY);
  const nextUpdate = plus(missedAt, 2 * DAY);
  const facts = { choices: { money: "due" }, values: { amount: { money: TOTAL }, promised_by: { day: missedAt }, next_update_by: { at: nextUpdate } } };
  return {
    ...before,
    promises: before.promises.map((each) => (each.rule === "refund-48h" ? { ...each, state: "broken", settledAt: missedAt } : each)),
    words: [said({ person, order: before.order, playbook: "refund-idle", message: "first", facts, at: plus(missedAt, 3 * MINUTE) }), ...before.words],
    awaited: [{ kind: "update", by: nextUpdate }],
  };
}

/** At last the money is sent: every promise is over, one of them missed and put right. */
export function paid(person: Person = PRIYA): OrderRecord {
  const before = late(person);
  const at = plus(CANCELLED, 3 * DAY);
  return {
    ...before,
    history: [...before.history, refund("shop", "requested", plus(at, -HOUR)), refund("processor", "succeeded", at)],
    promises: before.promises.map((each) => (each.state === "broken" ? { ...each, madeGoodAt: at } : each.state === "open" ? { ...each, state: "kept", settledAt: at } : each)),
    words: [said({ person, order: before.order, playbook: "cancelled-by-store", message: "refund-sent", facts: { choices: { reason: "inventory", money: "sent" }, values: { amount: { money: TOTAL }, sent_on: { day: at } } }, at: plus(at, 2 * MINUTE) }), ...before.words],
    money: { state: "settled", amount: TOTAL, sentAt: at },
    awaited: [],
  };
}

function refund(view: "shop" | "processor", status: RefundStatus, at: Instant): HistoryEntry {
  return { at, source: view === "shop" ? "shop" : "payments", fact: { kind: "refund.recorded", refundId: `${view}/re_private`, view, status, amount: TOTAL } };
}

function promise(over: Partial<StorePromise> & Pick<StorePromise, "rule" | "dueAt">): StorePromise {
  return { id: over.rule, kind: "refund_by", orderId: "shop/42", thing: "cancelled", playbook: "refund-idle", owedTo: "customer", owner: "finance", basis: { kind: "policy" }, restsOn: ["shop"], madeAt: CANCELLED, state: "open", ...over };
}

interface Saying {
  readonly person: Person;
  readonly order: OrderView;
  readonly playbook: string;
  readonly message: string;
  readonly facts: Parameters<typeof choicesFor>[0];
  readonly at: Instant;
  readonly reason?: string;
}

/** A notice in the very words that its mail has. */
function said({ person, order, playbook: slug, message, facts, at }: Saying): SaidWords {
  const playbook = PLAYBOOKS.get(slug) as Playbook;
  const locale = person.locale.slice(0, 2);
  const words = compileWords(playbook, message, locale, choicesFor(facts, order), { storeName: STORE.name, colour: STORE.colour });
  const { email, phone } = STORE.support;
  const values = slotValues({ facts, contact: order.contact, order, store: { name: STORE.name, supportContact: `${email}, ${phone}` }, orderPage: "#main", locale, zone: "Europe/London" });
  return {
    noticeId: `${slug}-${message}`,
    ...pageWords(words, values),
    on: [
      { channel: "email", state: "delivered", at: plus(at, MINUTE) },
      { channel: "portal", state: "published", at },
    ],
  };
}

import { noCertificates } from "../base/certificates.ts";
import type { Db } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import { parseStoreId, type StoreId } from "../base/ids.ts";
import { sql } from "../base/db.ts";
import { type Instant, parseInstant, plus } from "../base/time.ts";
import type { ConfiguredSource, SourceAdapter } from "./adapter.ts";
import type { Delivery, InboxRow } from "./core/delivery.ts";
import type { ReceiverPorts, Sources } from "./receive.ts";
import { registerSources } from "./store.ts";
import { createSource } from "./sources/create-source.ts";

// Builders that this stage's tests share.

export const NOON = parseInstant("2026-03-02T12:00:00Z") as Instant;
export const STORE = parseStoreId("acme") as StoreId;
export const SHOP_SECRET = "shop-secret-for-tests";
export const WOO_SECRET = "woo-secret-for-tests";
export const STRIPE_SECRET = "whsec_secret_for_tests";
export const API_KEY = "key-for-tests-0123456789abcdef";

export const SHOPIFY = createSource({ name: "shopify", type: "shopify", config: { secrets: [SHOP_SECRET] } });
export const WOOCOMMERCE = createSource({ name: "woocommerce", type: "woocommerce", config: { secrets: [WOO_SECRET] } });
export const STRIPE = createSource({ name: "stripe", type: "stripe", config: { secrets: [STRIPE_SECRET] } });
export const EASYPOST = createSource({ name: "easypost", type: "easypost", config: { secrets: ["tracker-secret-for-tests"] } });
export const ERP = createSource({ name: "erp", type: "cloudevents", config: { secrets: [API_KEY] } });

/** The sources of one test store. */
export function sourcesOf(...sources: readonly ConfiguredSource[]): Sources {
  return new Map([[STORE, new Map(sources.map((source) => [source.name, source]))]]);
}

export const SOURCES_OF_ACME = sourcesOf(SHOPIFY, WOOCOMMERCE, STRIPE, EASYPOST, ERP);

let drawn = 0;

export interface TestPorts extends ReceiverPorts {
  /** Moves the clock. */
  pass(ms: number): void;
  readonly logged: string[];
}

/** Ports with a clock that only the test moves. */
export function testPorts(db: Db, start: Instant = NOON): TestPorts {
  let now = start;
  const logged: string[] = [];
  const log = (_fields: Record<string, unknown>, message: string): void => void logged.push(message);
  return {
    db,
    clock: { now: () => now },
    random: { bytes: (count) => new Uint8Array(count).fill(++drawn) },
    log: { info: log, warn: log, error: log },
    certificates: noCertificates,
    pass: (ms) => void (now = plus(now, ms)),
    logged,
  };
}

/** Makes the store and registers its sources. */
export async function openStore(db: Db, sources: Sources = SOURCES_OF_ACME, now: Instant = NOON): Promise<void> {
  for (const [store, named] of sources) {
    await db.rows(sql("insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2)) on conflict do nothing"), [store, now]);
    await registerSources(db, store, named, now);
  }
}

let deliveries = 0;

/** A delivery that the vendor would have signed. */
export function signed(adapter: SourceAdapter, kind: string, body: unknown, options: { deliveryId?: string; at?: Instant } = {}): Delivery {
  const { deliveryId = `delivery-${++deliveries}`, at = NOON } = options;
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  invariant(adapter.sign, "a vendor that a store can sign for");
  return adapter.sign({ kind, deliveryId, triggeredAt: at, body: bytes }, at);
}

/** The row that a delivery would become. Throws what `verify` refuses. */
export function rowOf(source: ConfiguredSource, delivery: Delivery, now: Instant = NOON): InboxRow {
  const verified = source.adapter.verify(delivery, now);
  if (!verified.ok) throw new Error(`${verified.error.code}: ${verified.error.what}`);
  const [first] = verified.value;
  if (!first) throw new Error("nothing to keep");
  const { dedupeKey: _, ...kept } = first;
  return { inboxId: "00000000-0000-8000-8000-000000000001", source: source.name, receivedAt: now, ...kept };
}

/** A Shopify order as its webhooks send it, as far as we read it. */
export function shopOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 1001,
    name: "#1001",
    created_at: "2026-03-01T10:00:00Z",
    processed_at: "2026-03-01T10:00:00Z",
    updated_at: "2026-03-01T10:05:00Z",
    cancelled_at: null,
    cancel_reason: null,
    currency: "EUR",
    total_price: "49.90",
    financial_status: "paid",
    email: "ada@example.com",
    customer_locale: "de",
    test: false,
    customer: { id: 77, email: "ada@example.com", first_name: "Ada", last_name: "L" },
    billing_address: { first_name: "Ada", last_name: "L", country_code: "DE" },
    shipping_address: { first_name: "Gift", last_name: "Recipient", country_code: "AT" },
    line_items: [{ id: 5, title: "Lamp", quantity: 1 }],
    refunds: [],
    fulfillments: [],
    ...changes,
  };
}

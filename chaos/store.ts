import { uuidOf } from "../src/base/ids.ts";
import { money } from "../src/base/money.ts";
import { instant, type Instant } from "../src/base/time.ts";
import type { SampleOrder, VendorDelivery } from "../sample/model.ts";
import { orderDelivery } from "../sample/shop.ts";

export const SHOP_SECRET = "chaos-shop-secret";
export const STORE = "chaos";

/** The configuration of a store with one shop and one mail server on this machine. */
export function storeConfig(mailPort: number, port: number): string {
  return `
publicUrl: http://localhost:${port}
secret: 0123456789abcdef0123456789abcdef
port: ${port}
people: [{ name: Ada, email: ada@staff.example }]
stores:
  ${STORE}:
    name: Chaos Goods
    country: US
    support: { email: help@chaos.example }
    sources:
      shopify: { type: shopify, secrets: [${SHOP_SECRET}], silentAfter: 30d }
    mail:
      from: care@chaos.example
      replyTo: help@chaos.example
      sendCapPerHour: 10000000
      providers: [{ name: sink, host: 127.0.0.1, port: ${mailPort}, tls: none, evidence: final }]
    paging: { order: [Ada], lead: 15m, repeat: 10m }
`;
}

/** Order number `index`, cancelled by the store now: one webhook that must become one mail to one customer. */
export function cancelledOrder(index: number, now: Instant): { address: string; delivery: VendorDelivery } {
  const contact = { firstName: "Kim", lastName: "Buyer", email: `buyer-${index}@mail.example`, locale: index % 3 === 0 ? "de" : "en", country: "US" };
  const order: SampleOrder = {
    id: String(920_000_000_000_000_000n + BigInt(index)),
    number: 10_000 + index,
    customer: { ...contact, id: String(930_000_000_000_000_000n + BigInt(index)) },
    contact,
    lines: [{ id: String(940_000_000_000_000_000n + BigInt(index)), title: "Stoneware mug, moss", quantity: 1, price: money(2_400, "USD") }],
    total: money(2_400, "USD"),
    placedAt: instant(now - 3_600_000),
    updatedAt: now,
    paid: true,
    cancelled: { at: now, reason: "inventory" },
    refunds: [],
  };
  return { address: contact.email, delivery: orderDelivery(order, "orders/cancelled", SHOP_SECRET, uuidOf("chaos", index)) };
}

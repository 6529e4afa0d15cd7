import assert from "node:assert/strict";
import { test } from "node:test";
import { money } from "../../base/money.ts";
import { instant } from "../../base/time.ts";
import type { Contact } from "../../intake/index.ts";
import { EMPTY_ORDER } from "./merge.ts";
import type { CustomerDoc, OrderDoc } from "./model.ts";
import { redactOrder } from "./personal.ts";
import { parseSpoken, toSpoken } from "./spoken-ref.ts";
import { viewOf } from "./view.ts";

const identity = { orderId: "shop/42", spokenRef: "ABCD1234", redacted: false };

function orderOf(contact: Contact, at = 10): OrderDoc {
  const value = { reference: "#1001", placedAt: instant(1), contact, country: "DE", total: money(100, "EUR"), lines: [], test: false };
  return { ...EMPTY_ORDER, details: { value, at: instant(at), event: "e", source: "shop" }, parcels: { p: { since: instant(1), first: { moving: instant(1) }, latest: { value: { status: "moving" }, at: instant(1), event: "e", source: "carrier" }, scans: [], tracking: { value: "JD0001", at: instant(1), event: "e", source: "carrier" } } } };
}

function customerOf(contact: Contact, at: number): CustomerDoc {
  return { contact: { value: contact, at: instant(at), event: "e", source: "shop" } };
}

test("a customer's record counts where it is newer than the order's, and fills gaps where it is older", () => {
  const order = orderOf({ customerId: "shop/7", email: "then@example.com" });
  assert.equal(viewOf(identity, order, customerOf({ email: "now@example.com" }, 20)).contact.email, "now@example.com");
  const older = viewOf(identity, order, customerOf({ email: "before@example.com", phone: "+491" }, 5)).contact;
  assert.deepEqual([older.email, older.phone], ["then@example.com", "+491"]);
});

test("a person is the vendor's customer id, a guest is the order, and an address is nobody", () => {
  assert.equal(viewOf(identity, orderOf({ customerId: "shop/7", email: "a@example.com" }), undefined).recipient, "customer/shop/7");
  assert.equal(viewOf(identity, orderOf({ email: "a@example.com" }), undefined).recipient, "order/shop/42");
});

test("an order of which only a refund was heard has a view", () => {
  const view = viewOf(identity, EMPTY_ORDER, undefined);
  assert.deepEqual([view.reference, view.recipient, view.contact], ["42", "order/shop/42", {}]);
});

test("a view names every source that has spoken of the order", () => {
  assert.deepEqual(viewOf(identity, orderOf({}), undefined).sources, ["carrier", "shop"]);
});

test("an erased order keeps its reference, amounts and whose it was, and nothing that leads to the person", () => {
  const contact = { customerId: "shop/7", firstName: "Ada", lastName: "L", email: "ada@example.com", phone: "+491", locale: "de" };
  const erased = redactOrder(orderOf(contact));
  assert.deepEqual(erased.details?.value.contact, { customerId: "shop/7", locale: "de" });
  assert.equal(erased.details?.value.reference, "#1001");
  assert.doesNotMatch(JSON.stringify(erased), /Ada|ada@|\+491|JD0001/);
});

test("a spoken reference survives being read out and typed in", () => {
  const spoken = toSpoken(Uint8Array.from([0, 68, 50, 20, 199, 66, 84, 182]));
  assert.equal(spoken.length, 8);
  assert.match(spoken, /^[0-9A-HJKMNP-TV-Z]{8}$/);
  assert.equal(parseSpoken(` ${spoken.slice(0, 4).toLowerCase()}-${spoken.slice(4)} `), spoken);
  assert.equal(parseSpoken("oil0-OIL0"), "01100110");
  assert.equal(parseSpoken("ABC"), undefined);
});

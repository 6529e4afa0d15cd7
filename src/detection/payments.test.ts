import assert from "node:assert/strict";
import { test } from "node:test";
import { anOrder, AT, paid } from "../../test/known-orders.ts";
import type { OrderView } from "../commerce/index.ts";
import { paymentOf } from "./payments.ts";

const failedBy = (...sources: readonly string[]): OrderView => anOrder(...sources.map((source) => paid("failed", source)));
const from = (country: string | undefined, marketing?: boolean) => {
  const { country: _, ...order } = failedBy("stripe");
  const { details: __, ...doc } = order.doc;
  const value = { reference: "#9", startedAt: AT, contact: order.contact, total: { minor: 100, currency: "USD" }, lines: [], ...(marketing !== undefined && { marketing }) };
  return paymentOf({ ...order, ...(country !== undefined && { country }), doc: { ...doc, checkout: { value, at: AT, event: "e", source: "shopify" } } });
};

test("\"not charged\" rests on the processor's record of every payment, and never on the shop's word", () => {
  assert.equal(paymentOf(failedBy("stripe")).charge, "none");
  assert.equal(paymentOf(failedBy("shopify", "stripe")).charge, "none");
  assert.equal(paymentOf(failedBy("shopify")).charge, "unclear");
  assert.equal(paymentOf(anOrder(paid("pending", "shopify"), paid("failed", "stripe"))).charge, "unclear");
  assert.equal(paymentOf(anOrder(paid("authorized", "adyen"), paid("failed", "stripe"))).charge, "unclear");
});

test("a basket's processor may be the only one that tells of it: its shop is the one under whose name it stands", () => {
  assert.deepEqual([from("US").charge, from("US").goods], ["none", "basket"]);
});

test("more than a first word is said outside of the EU, the UK and their neighbours, or with the buyer's consent", () => {
  const cases = [["US", undefined, "yes"], ["US", false, "yes"], ["DE", undefined, "no"], ["GB", false, "no"], ["CH", undefined, "no"], [undefined, undefined, "no"], ["DE", true, "yes"], [undefined, true, "yes"]] as const;
  for (const [country, marketing, expected] of cases) assert.equal(from(country, marketing).followUps, expected, `${country} ${marketing}`);
});

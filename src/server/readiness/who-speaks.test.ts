import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadPlaybooks } from "../../playbooks/index.ts";
import { OWN_NOTICES, type OwnNotice, type OwnNotices, type OwnNoticeState } from "../../intake/index.ts";
import { ownNotices as shopify } from "../../intake/sources/shopify/own-notices.ts";
import { ownNotices as wooCommerce } from "../../intake/sources/woocommerce/own-notices.ts";
import { whoSpeaks, type Speakers } from "./who-speaks.ts";

const loaded = await loadPlaybooks(join(import.meta.dirname, "../../../playbooks"));
assert.ok(loaded.ok);
const playbooks = loaded.value;

function shopWith(about: OwnNotice, state: OwnNoticeState["byDefault"]): OwnNotices {
  const all = OWN_NOTICES.map((notice) => [notice, { byDefault: notice === about ? state : "on", note: "its own" }] as const);
  return Object.fromEntries(all) as OwnNotices;
}

const findingOf = (about: OwnNotice, own: OwnNoticeState["byDefault"], live: readonly string[], chosen: Speakers = {}) => {
  const found = whoSpeaks(chosen, new Map([["webshop", shopWith(about, own)]]), playbooks, new Set(live)).find(({ what }) => what.startsWith(`${about}: `));
  assert.ok(found, about);
  return found;
};

test("where both would write of a thing, doctor says so, and it is a problem once the store has said that the shop speaks", () => {
  const open = findingOf("order-cancelled", "on", ["cancelled-by-store"]);
  assert.deepEqual(open, { kind: "remark", what: "order-cancelled: webshop: its own (on unless the store changed it); cancelled-by-store speaks of it as well. Switch one of them off, and say which one speaks: speaks.order-cancelled: makegood or shop." });
  assert.match(findingOf("order-cancelled", "on", ["cancelled-by-store"], { "order-cancelled": "makegood" }).what, /speaks of it as well\. See that it is off in the shop\.$/);
  const twice = findingOf("refund-sent", "on", ["refund-idle"], { "refund-sent": "shop" });
  assert.equal(twice.kind, "problem");
  assert.match(twice.what, /both would write of it: `speaks` says shop, and refund-idle speaks\. Take it back/);
});

test("where nobody would write of a thing, doctor says so, and it is a problem once the store has said that Makegood speaks", () => {
  assert.match(findingOf("order-cancelled", "off", []).what, /off unless the store changed it\); nobody writes of it until a playbook/);
  const promised = findingOf("order-cancelled", "off", ["refund-idle"], { "order-cancelled": "makegood" });
  assert.equal(promised.kind, "problem");
  assert.match(promised.what, /nobody writes of it if that is off: `speaks` says makegood, and no playbook that tells of it is live/);
  assert.match(findingOf("delivered", "none", ["refund-idle"]).what, /^delivered: webshop: its own; nobody writes of it, Makegood neither$/);
});

test("where one speaks there is nothing to do", () => {
  assert.equal(findingOf("order-cancelled", "off", ["cancelled-by-store"], { "order-cancelled": "makegood" }).kind, "well");
  assert.equal(findingOf("refund-sent", "on", []).kind, "well");
  assert.equal(findingOf("shipped", "on", []).kind, "well");
});

test("each shop is listed on its own, and without one nothing is claimed", () => {
  const both = whoSpeaks({}, new Map([["a", shopify], ["b", wooCommerce]]), playbooks, new Set());
  assert.equal(both.length, 2 * OWN_NOTICES.length);
  assert.deepEqual(both.filter(({ what }) => what.startsWith("order-cancelled")).map(({ kind }) => kind), ["well", "remark"]);
  assert.deepEqual(whoSpeaks({}, new Map(), playbooks, new Set()).map(({ kind }) => kind), ["remark"]);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadPlaybooks } from "../../playbooks/index.ts";
import { createSource, OWN_NOTICES, type OwnNotice, type OwnNotices, type OwnNoticeState } from "../../intake/index.ts";
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

test("each shop is listed on its own, with what its vendor leaves off, and without one nothing is claimed", () => {
  const shops = ["shopify", "woocommerce"].map((type) => createSource({ name: type, type, config: { secrets: ["a-secret-of-sixteen"] } }));
  const notices = new Map(shops.flatMap(({ name, adapter }) => (adapter.ownNotices === undefined ? [] : [[name, adapter.ownNotices] as const])));
  const found = whoSpeaks({}, notices, playbooks, new Set());
  assert.equal(found.length, 2 * OWN_NOTICES.length);
  const [first, second] = found.filter(({ what }) => what.startsWith("order-cancelled"));
  assert.match(first?.what ?? "", /staff can untick it when they cancel.*\(on unless the store changed it\)$/);
  assert.match(second?.what ?? "", /the one to the customer is off until somebody switches it on.*nobody writes of it until a playbook/);
  assert.deepEqual(whoSpeaks({}, new Map(), playbooks, new Set()).map(({ kind }) => kind), ["remark"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { hearsMore, isFollowed, isWaiting, momentOf } from "./news.ts";
import type { CaseFacts } from "./model.ts";

const facts = (choice: string, value: string): CaseFacts => ({ choices: { [choice]: value }, values: {} });
const moment = (choice: string, was: string, is: string) => momentOf(facts(choice, was), facts(choice, is));

test("a reader waits for money that is with the store, for a parcel that stands still, for one that is lost", () => {
  const waiting = { money: ["due", "failed", "unclear"], parcel: ["not_picked_up", "stalled"], loss: ["returning", "lost", "damaged", "undeliverable"] };
  const over = { money: ["none", "sent", "settled"], parcel: ["moving", "ready", "delivered", "handed_on", "called_off"], loss: ["resent", "refunded", "moving", "delivered", "called_off"] };
  for (const [choice, values] of Object.entries(waiting)) for (const value of values) assert.ok(isWaiting(facts(choice, value)), value);
  for (const [choice, values] of Object.entries(over)) for (const value of values) assert.ok(!isWaiting(facts(choice, value)), value);
});

test("what stands where it stood is no news, and neither is what a text merely branches on", () => {
  assert.equal(moment("money", "due", "due"), undefined);
  assert.equal(moment("reason", "staff", "inventory"), undefined);
});

test("money: failing and being sent are news, and settling after it was sent is not", () => {
  assert.equal(moment("money", "due", "failed"), "refund.failed");
  assert.equal(moment("money", "due", "sent"), "refund.sent");
  assert.equal(moment("money", "due", "settled"), "refund.sent");
  assert.equal(moment("money", "sent", "settled"), "closed");
});

test("a parcel: who waited hears that it moves or has arrived; further steps of the same way are no news", () => {
  assert.equal(moment("parcel", "stalled", "moving"), "parcel.moving");
  assert.equal(moment("parcel", "not_picked_up", "delivered"), "parcel.arrived");
  assert.equal(moment("parcel", "moving", "delivered"), undefined);
  assert.equal(moment("parcel", "moving", "stalled"), "stopped");
  assert.equal(moment("parcel", "stalled", "handed_on"), "closed", "the case of its loss speaks of it");
});

test("a lost parcel: another one, or the money, is news; a finer word for the loss is not", () => {
  assert.equal(moment("loss", "returning", "resent"), "parcel.resent");
  assert.equal(moment("loss", "lost", "refunded"), "parcel.refunded");
  assert.equal(moment("loss", "undeliverable", "ready"), "parcel.arrived");
  assert.equal(moment("loss", "undeliverable", "lost"), undefined);
});

test("a late order: who was told that it is cancelled hears that it had left, or has arrived; who knows that it left hears no more", () => {
  for (const was of ["deemed", "cancelled"]) {
    assert.equal(moment("delay", was, "under_way"), "delay.shipped");
    assert.equal(moment("delay", was, "late_on_way"), "delay.shipped");
    assert.equal(moment("delay", was, "arrived"), "delay.arrived");
    assert.equal(moment("delay", was, "called_off"), undefined, "the shop cancels what was called off");
  }
  assert.equal(moment("delay", "under_way", "arrived"), undefined);
});

test("who failed at the till is followed while a word is still to come, and hears no more than the one where more are marketing", () => {
  const failed = (follow_ups: string, values: CaseFacts["values"] = {}): CaseFacts => ({ choices: { payment: "failed", follow_ups }, values });
  assert.deepEqual([hearsMore(failed("yes")), hearsMore(failed("no"))], [true, false]);
  assert.deepEqual([isFollowed(failed("yes", { next_update_by: { at: 1 as never } })), isFollowed(failed("yes"))], [true, false]);
  assert.equal(isFollowed(facts("money", "due")), true);
  for (const is of ["paid", "placed", "called_off", "under_way"]) assert.ok(!isWaiting(facts("payment", is)) && moment("payment", "failed", is) === "closed");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tx } from "../../../base/db.ts";
import type { Spoken } from "../../channel.ts";
import type { Message } from "../../core/model.ts";
import { storeId } from "../../testing.ts";
import { textWriter } from "./write-text.ts";

/** Two messages to one number. */
const WAITING = ["one", "two"].map((id) => ({ id, addressHash: "hash", address: "+4915112345678", rfcId: `${id}@hearth.example`, locale: "en" }) as Message);

/** What is written for both in one batch; `taken` are the messages that a carrier is known to have taken. */
async function written(taken: readonly string[]): Promise<readonly string[]> {
  const tx = { rows: () => Promise.resolve(taken.map((id) => ({ id, addressHash: "hash" }))) } as unknown as Tx;
  const write = await textWriter(tx, storeId("hearth"), WAITING);
  return WAITING.map((message) => write({ message, said: { words: { sms: `about ${message.id}` }, values: {} }, settings: { locale: "en" } } as unknown as Spoken).text);
}

test("until a carrier has taken a text to a number, each says how to end them: the first of a batch may be refused", async () => {
  assert.deepEqual(await written([]), ["about one Reply STOP to opt out.", "about two Reply STOP to opt out."]);
});

test("after one that was taken no other says it, and its resend says what it said", async () => {
  assert.deepEqual(await written(["one"]), ["about one Reply STOP to opt out.", "about two"]);
});

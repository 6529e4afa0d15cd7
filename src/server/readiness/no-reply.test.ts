import assert from "node:assert/strict";
import { test } from "node:test";
import { isNoReply } from "./no-reply.ts";

test("an address that says of itself that nobody reads it is known in any of the languages, however it is written", () => {
  for (const local of [
    "noreply", "no-reply", "no_reply", "no.reply", "NoReply", "noreply2", "noreply+shop", "shop-noreply", "do-not-reply", "donotreply", "dont-reply", "no-response",
    "keine-antwort", "bitte-nicht-antworten", "nichtantworten", "ne-pas-repondre", "nepasrépondre", "no-responder", "sin-respuesta", "non-rispondere", "geen.antwoord", "não-responder",
  ]) assert.ok(isNoReply(`${local}@shop.example`), local);
});

test("an address that people read is none of these, whatever letters it holds", () => {
  for (const local of ["help", "reply", "replies", "casino-reply", "answers", "antwort", "service", "reponse", "nora.eply", "info", "techno.reply-desk"]) {
    assert.ok(!isNoReply(`${local}@shop.example`), local);
  }
  assert.ok(!isNoReply("help@noreply.example"), "only the part before the @ speaks");
});

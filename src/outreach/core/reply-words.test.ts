import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readReply } from "./reply-words.ts";

const said = (words: string): string => {
  const meaning = readReply(words);
  return meaning.kind === "stop" && meaning.unsure ? "stop, and a person looks" : meaning.kind;
};

const STOPS = [
  "STOP", "stop", "Stop.", "STOP!!!", "STOP PLEASE", "please stop", "Stop, thanks", "stop texting me", "Stop sending me messages", "STOPALL", "stop all", "S.T.O.P", "s t o p",
  "quit", "QUIT please", "revoke", "opt out", "Opt-Out", "optout", "OPT ME OUT", "cancel", "Cancel please", "unsubscribe", "UNSUBSCRIBE ME", "end", "END", "remove me", "remove my number",
  "I want to stop receiving these texts", "do not text me", "Don't text me anymore", "don’t send me any more messages", "no more texts please", "never message me again", "please take me off", "leave me alone",
  "STOPP", "Bitte abmelden", "Abmelden!", "keine SMS mehr", "Bitte keine weiteren Nachrichten", "Bitte schicken Sie mir keine Nachrichten mehr", "nicht mehr schreiben bitte", "Bitte nicht mehr anschreiben", "abbestellen", "Stoppen Sie das bitte jetzt",
  "Arrêtez", "ARRET", "arrêter svp", "désabonner", "me désabonner s'il vous plaît", "Désinscription", "plus de SMS", "Plus de messages svp", "ne m'envoyez plus de messages", "Ne m’écrivez plus",
];

test("whoever wants no more texts is understood, in any reasonable wording of three languages", () => {
  for (const words of STOPS) assert.match(said(words), /^stop/, words);
  for (const words of ["STOP", "stop please", "cancel these texts", "abmelden", "arrêtez", "no more texts please", "stop texting me"]) assert.equal(said(words), "stop", words);
});

test("what is said of an order and not of texts is for a person, and ends nothing", () => {
  for (const words of [
    "please don't stop the delivery", "can I cancel my order?", "Cancel my order", "I'd like to cancel order #1001", "When does the sale end?", "Is this the end of it?", "Did you remove the second item?",
    "stop the delivery, I moved", "how do I return it", "where is my parcel", "Please do not stop the texts", "never stop texting me :)", "thanks", "yes", "ok", "👍", "", "?",
    "Kann ich die Bestellung stornieren?", "Bitte die Lieferung nicht stoppen", "Bis Ende der Woche?", "Wann kommt mein Paket?", "Puis-je annuler ma commande ?", "N'arrêtez pas la livraison", "Merci beaucoup", "1",
  ]) assert.equal(said(words), "person", words);
});

test("what may have been either ends the texts and is shown to a person", () => {
  for (const words of ["CANCEL", "cancel please", "Widerruf", "Stop! You sent it to my old address", "I told you to stop", "stop this nonsense", "please stop it, I already talked to Anna about the refund", "Bitte stopp, ich habe schon angerufen"]) {
    assert.equal(said(words), "stop, and a person looks", words);
  }
});

test("help and start are understood alone only", () => {
  for (const words of ["HELP", "help please", "Info", "AIDE", "Hilfe!"]) assert.equal(said(words), "help", words);
  for (const words of ["START", "unstop", "Start please", "resume texts"]) assert.equal(said(words), "start", words);
  for (const words of ["I need help with my order", "can you start the delivery again", "information about my parcel"]) assert.equal(said(words), "person", words);
});

test("no capitals, accents, punctuation or politeness keep a word from being heard", () => {
  const word = fc.constantFrom("stop", "quit", "revoke", "opt out", "unsubscribe", "end", "abmelden", "arrêtez", "désabonner");
  const politeness = fc.constantFrom("", "please", "PLS", "thanks", "bitte", "merci", "svp", "now", "!!", "...", "🙏", "\n");
  const casing = fc.constantFrom((text: string) => text, (text: string) => text.toUpperCase(), (text: string) => text[0]?.toUpperCase() + text.slice(1), (text: string) => text.normalize("NFD"));
  fc.assert(fc.property(politeness, word, politeness, casing, (before, stop, after, write) => assert.equal(said(write(`${before} ${stop} ${after}`.trim())), "stop")));
});

test("any text at all is read, and at once", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (words) => assert.ok(readReply(words).kind)));
  assert.equal(said("don't ".repeat(10_000)), "person");
});

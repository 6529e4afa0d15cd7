import assert from "node:assert/strict";
import { test } from "node:test";
import { money } from "../base/money.ts";
import { instant } from "../base/time.ts";
import type { Contact } from "../intake/index.ts";
import { choicesFor, matchLocale, slotValues } from "./index.ts";
import type { Reader } from "./index.ts";
import { formattingLocale } from "./core/locales.ts";

// Half past eleven in the evening in Berlin, already the next day in Tokyo.
const EVENING = instant(Date.parse("2026-05-14T21:30:00Z"));

function reader(change: Partial<Reader> = {}): Reader {
  return {
    facts: { choices: { money: "due" }, values: { amount: { money: money(39_800, "EUR") }, refund_by: { day: EVENING }, next_update_by: { at: EVENING } } },
    contact: { firstName: "Anna", lastName: "Müller", locale: "de-AT" },
    order: { reference: "#1001", spokenRef: "KX7M2PQR" },
    store: { name: "Fjord", supportContact: "help@fjord.test" },
    orderPage: "https://shop.test/o/t",
    locale: "de",
    zone: "Europe/Berlin",
    ...change,
  };
}

test("money, days and moments are written for the reader's language, region and zone", () => {
  const german = slotValues(reader());
  assert.equal(german.amount, "€\u00A0398,00");
  assert.equal(german.refund_by, "Donnerstag, 14. Mai 2026");
  assert.equal(german.next_update_by, "Donnerstag, 14. Mai 2026 um 23:30 MESZ");
  const french = slotValues(reader({ locale: "fr", contact: { locale: "fr-FR" }, zone: "Europe/Paris", facts: { choices: {}, values: { amount: { money: money(139_800, "EUR") }, next_update_by: { at: EVENING } } } }));
  // Intl's narrow space is not in every font that mail is read in.
  assert.equal(french.amount, "1\u00A0398,00\u00A0€");
  assert.equal(french.next_update_by, "jeudi 14 mai 2026 à 23:30 UTC+2");
  const american = slotValues(reader({ locale: "en", contact: {}, order: { reference: "", spokenRef: "", country: "US" }, zone: "Asia/Tokyo", facts: { choices: {}, values: { amount: { money: money(1_000, "USD") }, refund_by: { day: EVENING } } } }));
  assert.equal(american.amount, "$10.00");
  assert.equal(american.refund_by, "Friday, May 15, 2026");
});

test("French names the first of a month as such, and breaks no line within a time", () => {
  const first = instant(Date.parse("2026-05-01T12:00:00Z"));
  const shown = (locale: string) => slotValues(reader({ locale: locale.slice(0, 2), contact: { locale }, facts: { choices: {}, values: { refund_by: { day: first }, next_update_by: { at: first } } } }));
  assert.equal(shown("fr-BE").refund_by, "vendredi 1er mai 2026");
  assert.match(shown("fr-CA").next_update_by ?? "", /^vendredi 1er mai 2026 à 14\u00A0h\u00A000/);
  assert.equal(shown("de-DE").refund_by, "Freitag, 1. Mai 2026");
});

test("an amount is exact in currencies without and with three decimals", () => {
  const shown = (minor: number, currency: string) => slotValues(reader({ locale: "en", contact: {}, facts: { choices: {}, values: { amount: { money: money(minor, currency) } } } })).amount;
  assert.match(shown(1_500, "JPY") ?? "", /1,500$/);
  assert.match(shown(1_500, "KWD") ?? "", /1\.500$/);
});

test("a person is greeted by a name, never by what somebody hid in the name field", () => {
  const named = (contact: Contact) => choicesFor({ choices: {}, values: {} }, { contact })["named"];
  assert.equal(named({ firstName: "Anna" }), "yes");
  assert.equal(named({ firstName: "José María" }), "yes");
  for (const firstName of ["", "  ", "http://evil.test", "www.evil.test", "a@b.test", "<b>x</b>", "x".repeat(61)]) assert.equal(named({ firstName }), "no", firstName);
  assert.equal(named({ lastName: "Müller" }), "no");
  assert.equal(slotValues(reader({ contact: { firstName: " Anna ", lastName: "http://evil.test" } })).full_name, "Anna");
});

test("a case's own choices are kept, and which dates there are is told from its facts", () => {
  const choices = Object.entries(choicesFor(reader().facts, { contact: {} }));
  assert.deepEqual(choices.filter(([, value]) => value !== "no"), [["money", "due"], ["has_refund_by", "yes"], ["has_next_update_by", "yes"]]);
  for (const none of ["named", "dated", "has_sent_on", "has_carrier", "has_basket_page", "has_retry_link", "has_new_date", "has_answer_by"]) assert.ok(choices.some(([choice, value]) => choice === none && value === "no"), none);
});

test("no value breaks a line", () => {
  const values = slotValues(reader({ order: { reference: "#1\r\nBcc: x@y.test\u0000", spokenRef: "A" }, store: { name: "A\n\nB", supportContact: "c\u2028d" } }));
  assert.equal(values["order_reference"], "#1 Bcc: x@y.test");
  assert.equal(values["store_name"], "A B");
  assert.equal(values["support_contact"], "c d");
});

test("the reader's language is the nearest that there is, then the store's, then English", () => {
  assert.equal(matchLocale("de-AT", ["en", "de"]), "de");
  assert.equal(matchLocale("de_CH", ["en", "de", "de-CH"]), "de-CH");
  for (const french of ["fr-CA", "fr-BE", "fr_CH", "FR"]) assert.equal(matchLocale(french, ["en", "de", "fr"]), "fr");
  assert.equal(matchLocale("zh-Hant-TW", ["zh-Hant", "zh"]), "zh-Hant");
  assert.equal(matchLocale("pt", ["en", "pt-BR"]), "pt-BR");
  assert.equal(matchLocale("fr", ["en", "de"], "de-DE"), "de");
  assert.equal(matchLocale("fr", ["en", "de"]), "en");
  assert.equal(matchLocale(undefined, ["de"]), "de");
  assert.equal(matchLocale("not a tag!", ["en"]), "en");
});

test("dates and amounts follow the reader's region in the language of the words", () => {
  assert.equal(formattingLocale("de", "de-AT", "DE"), "de-AT");
  assert.equal(formattingLocale("fr", "fr-CA", "FR"), "fr-CA");
  assert.equal(formattingLocale("fr", "fr", "BE"), "fr-BE");
  assert.equal(formattingLocale("en", "fr-FR", "GB"), "en-GB");
  assert.equal(formattingLocale("en", undefined, undefined), "en");
  assert.equal(formattingLocale("pt-BR", "pt", "PT"), "pt-BR");
  assert.equal(formattingLocale("en", "not a tag!", "nowhere"), "en");
});

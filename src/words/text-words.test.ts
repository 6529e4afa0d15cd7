import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { plainText, textLength } from "../base/text-length.ts";
import { loadPlaybooks, problemText } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { compileWords, fill } from "./index.ts";
import { combinationsOf } from "./testing.ts";

// What the words of every text message keep to, beyond what the checker measures of them.

const loaded = await loadPlaybooks(fileURLToPath(new URL("../../playbooks", import.meta.url)));
assert.ok(loaded.ok, loaded.ok ? "" : loaded.error.map(problemText).join("\n"));
const BRANDING = { storeName: "The Brand", colour: "#1f4d3a" };

/** As long as they usually are. */
const VALUES: Readonly<Record<string, string>> = {
  store_name: "Hearth & Larder", support_contact: "help@hearth.example", order_reference: "#1103", order_page: "https://care.hearth.example/o/9f3kq7tz",
  retry_link: "https://hearth.example/c/9f3kq7tz", basket_page: "https://hearth.example/b/9f3kq7tz", call_page: "https://hearth.example/call", amount: "€ 84.90",
  promised_by: "6 October 2026", new_date: "12 October 2026", answer_by: "5 November 2026", expected_by: "9 October 2026", refund_by: "9 October 2026", sent_on: "6 October 2026",
  last_seen_on: "6 October 2026", carrier: "DHL", started_at: "6 October 2026 at 09:40", next_update_by: "6 October 2026 at 12:00", called_at: "6 October 2026 at 09:40", agent_name: "Mira",
};

interface Text {
  readonly name: string;
  readonly playbook: Playbook;
  readonly message: string;
  readonly locale: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly text: string;
}

const texts = loaded.value.flatMap((playbook) =>
  Object.entries(playbook.messages).flatMap(([message, byLocale]) =>
    Object.entries(byLocale).flatMap(([locale, { sms = "" }]) =>
      (sms === "" ? [] : combinationsOf(playbook.choices, sms)).map((choices): Text => {
        const words = compileWords(playbook, message, locale, choices, BRANDING);
        return { name: `${playbook.slug}/${message}.${locale} ${JSON.stringify(choices)}`, playbook, message, locale, choices, text: fill(words.sms ?? [], VALUES, "text") };
      }),
    ),
  ),
);

const saying = (slug: string, rights: readonly string[]): readonly Text[] =>
  texts.filter(({ playbook, message, choices: { rights: right = "" } }) => playbook.slug === slug && (message === "first" || message === "renewed") && rights.includes(right));

test("the playbooks whose pattern has texts say them, in their place", () => {
  const named = loaded.value.filter(({ channels }) => channels.includes("sms")).map(({ slug, channels }) => `${slug}: ${channels.join(" ")}`);
  assert.deepEqual(named.toSorted(), [
    "address-invalid: email sms portal", "cancelled-by-store: email sms portal", "delayed-fulfilment: email portal sms",
    "email-outage: sms status_page portal social email", "gateway-outage: status_page banner email sms social help_desk",
    "missed-call: phone sms email", "out-of-stock: email sms portal", "parcel-lost: email sms portal", "parcel-stalled: email sms portal",
    "payment-failed: email sms portal", "refund-idle: email sms portal",
  ]);
});

test("no text has a hole or a stray space, and each begins with the store's name", () => {
  assert.ok(texts.length > 500, `hundreds of texts, got ${texts.length}`);
  for (const { name, text, locale } of texts) {
    assert.match(text, /^Hearth & Larder\s?: \S/, name);
    assert.doesNotMatch(text, /\{\{|\{%|undefined|[\uE000-\uF8FF]| {2}| [,.]|\.\./u, name);
    if (locale !== "fr") assert.doesNotMatch(text, / [;:?]/, name);
  }
});

test("with values of the usual length no text is of more than three parts", () => {
  const lengths = texts.map(({ name, text }) => ({ name, parts: textLength(plainText(text)).segments }));
  assert.deepEqual(lengths.filter(({ parts }) => parts > 3), []);
});

test("a text says \"not charged\" on the processor's proof alone", () => {
  for (const { name, text, choices, playbook } of texts) {
    const isProved = choices["money"] === "none" || choices["charged"] === "no" || (playbook.slug === "payment-failed" && choices["payment"] === "failed" && choices["charge"] === "none");
    if (!isProved) assert.doesNotMatch(text, /not been charged|nichts abgebucht|(?:Aucun montant n’a|rien n’a) été débité/i, name);
  }
});

test("a text about a late order offers to wait or to cancel on its page, with what silence means under US law", () => {
  const choosing = saying("delayed-fulfilment", ["us_silence_agrees", "us_silence_cancels", "us_last_call", "eu", "gb", "none"]);
  const isAnswered = ({ choices }: Text): boolean => choices["rights"] === "none" && choices["delay"] === "agreed";
  const answered = choosing.filter(isAnswered);
  assert.ok(answered.length > 0);
  for (const { name, text } of answered) {
    assert.match(text, /You told us that you will wait\. Until it leaves you can still cancel|gesagt, dass Sie warten\. Bis zum Versand können Sie unten noch stornieren|dit que vous attendez\. Vous pouvez encore annuler/, name);
    assert.doesNotMatch(text, /Choose below|Entscheiden Sie|Choisissez/, name);
  }
  for (const { name, text } of choosing.filter((each) => !isAnswered(each))) {
    assert.match(text, /wait, or cancel and get all your money|warten, oder stornieren und alles zurückbekommen|attendre, ou annuler et récupérer tout votre argent/, name);
    assert.match(text, /https:\/\/care\.hearth\.example\/o\//, name);
  }
  const agrees = saying("delayed-fulfilment", ["us_silence_agrees"]);
  const cancels = saying("delayed-fulfilment", ["us_silence_cancels", "us_last_call"]);
  assert.ok(agrees.length > 0 && cancels.length > 0);
  const agreed = /do not answer, we take it that you agree to wait|nicht antworten, gehen wir davon aus|Sans réponse, nous considérons que vous acceptez d’attendre/;
  const cancelled = /do not answer and it has not left.*we cancel it and send you all your money|nicht antworten und sie.* stornieren wir sie und erstatten alles|Sans réponse, si elle n’est pas partie.*nous l’annulons et vous remboursons tout/;
  for (const { name, text } of agrees) assert.ok(agreed.test(text) && !cancelled.test(text), name);
  for (const { name, text } of cancels) assert.ok(cancelled.test(text) && !agreed.test(text), name);
  for (const { name, text, choices } of [...agrees, ...cancels]) {
    assert.equal(text.includes("5 November 2026"), choices["has_answer_by"] === "yes", name);
    assert.match(text, /can still cancel|können Sie (?:bis zum Versand )?noch stornieren|pouvez encore annuler/, name);
  }
});

test("German texts address their reader as Sie, French ones as vous, with a space before their signs", () => {
  for (const { name, text, locale } of texts) {
    if (locale === "de") assert.doesNotMatch(text, /\b(?:du|dich|dir|dein\w*|euch|euer)\b/i, name);
    if (locale !== "fr") continue;
    assert.doesNotMatch(text, /(?<!\p{L})(?:tu|te|toi|ton|ta|tes)(?!\p{L})|\(e\)|·e|\bmonsieur\b|\bmadame\b/iu, name);
    assert.doesNotMatch(text, /(?<!\s)(?:[;?!»]|:(?!\/\/|\d))/u, name);
  }
});

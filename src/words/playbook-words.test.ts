import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadPlaybooks, problemText, SLOTS } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { compileWords, fill, pageWords } from "./index.ts";
import type { CompiledWords } from "./index.ts";
import { combinationsOf } from "./testing.ts";

// What every text of every playbook must keep to, whatever its choices are: the wording rules as a test.

const loaded = await loadPlaybooks(fileURLToPath(new URL("../../playbooks", import.meta.url)));
assert.ok(loaded.ok, loaded.ok ? "" : loaded.error.map(problemText).join("\n"));

const BRANDING = { storeName: "The Brand", colour: "#1f4d3a" };
const values = Object.fromEntries(Object.keys(SLOTS).map((slot) => [slot, SLOTS[slot as keyof typeof SLOTS].kind === "address" ? "https://shop.test/o/1" : `<${slot}> & "co"`]));

const APOLOGY = /\b(?:sorry|apolog\w*|tut uns leid|entschuldig\w*|bedauern|excus\w*|désol\w*|regrett\w*|navr\w*)\b/i;
const ACCUSATION = /fraud|suspic|suspect|risk|criminal|betrug|betrüg|verdacht|verdächtig|risiko|soupçon|risqu|tromperie|douteu/i;
const BEGGING = /forgive|pardon|verzeih|never happen again|not happen again|do better|besser machen|(?:kommt|passiert) nicht (?:wieder|mehr)|(?:veuillez|prions de) nous excuser|ne se (?:re)?produira (?:plus|pas)|faire mieux|à l’avenir/i;
const NOT_CHARGED = /not been charged|nichts abgebucht|aucun montant n’a été débité/i;

interface Spoken {
  readonly playbook: Playbook;
  readonly name: string;
  readonly isFirst: boolean;
  /** Told to everybody, not to one customer. */
  readonly isPublic: boolean;
  readonly choices: Readonly<Record<string, string>>;
  readonly words: CompiledWords;
  readonly subject: string;
  readonly text: string;
}

function* everything(playbooks: readonly Playbook[]): Generator<Spoken> {
  for (const playbook of playbooks) {
    for (const [message, byLocale] of Object.entries(playbook.messages)) {
      const isOpening = playbook.notices.some((notice) => notice.message === message && notice.on === "opened");
      const isPublic = playbook.publicNotices.some((notice) => notice.message === message);
      for (const [locale, source] of Object.entries(byLocale)) {
        for (const choices of combinationsOf(playbook.choices, source.subject + source.body)) {
          const isFirst = isOpening || (isPublic && choices["stage"] === "first");
          const words = compileWords(playbook, message, locale, { ...choices, released_by: "Grace Counsel" }, BRANDING);
          const name = `${playbook.slug}/${message}.${locale} ${JSON.stringify(choices)}`;
          yield { playbook, name, isFirst, isPublic, choices, words, subject: fill(words.subject, values, "text"), text: fill(words.text, values, "text") };
        }
      }
    }
  }
}

const spoken = [...everything(loaded.value)];

function eachText(check: (said: Spoken) => void): void {
  assert.ok(spoken.length > 300, `hundreds of texts, got ${spoken.length}`);
  for (const said of spoken) explained(said, check);
}

function explained(said: Spoken, check: (said: Spoken) => void): void {
  try {
    check(said);
  } catch (error) {
    throw new Error(`${said.name}\n${said.subject}\n${said.text}`, { cause: error });
  }
}

function unescaped(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

/** What a person reads, with the addresses behind links; tags apart, so that `<p>a</p><p>b</p>` are two words. */
function read(html: string): string {
  const visible = html
    .replace(/<head>[\s\S]*<\/head>/, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<div style="display:none[^"]*">[\s\S]*?<\/div>/, "")
    .replace(/<a[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g, "$2 $1")
    .replace(/<\/?(?:p|li|ul|ol|br|div|table|tr|td|body|html|tbody)\b[^>]*>/g, " ")
    .replace(/<[^>]*>/g, "");
  return plain(unescaped(visible).replace(BRANDING.storeName, ""));
}

function plain(text: string): string {
  return text.replace(/\((https:[^)]*)\)/g, "$1").replace(/\u00A0?:\n/g, " ").replace(/\s+/g, " ").trim();
}

for (const { slug } of loaded.value) {
  test(`${slug}: no text of it, in any language, has a hole, an empty paragraph or a stray space, whatever its choices are`, () => {
    const own = spoken.filter(({ playbook }) => playbook.slug === slug);
    assert.deepEqual([...new Set(own.map(({ words }) => words.locale))].sort(), ["de", "en", "fr"]);
    for (const said of own) explained(said, whole);
  });
}

function whole({ subject, text, words }: Spoken): void {
  assert.doesNotMatch(subject + text, /\{\{|\{%|undefined|\[object|[\uE000-\uF8FF]/u);
  assert.doesNotMatch(text, / {2}|\n{3}| [,.;:?]|^\s|\*\*/);
  assert.doesNotMatch(subject, / {2}|\n|^\s|\s$/);
  assert.doesNotMatch(fill(words.page, values, "html"), /<p[^>]*>\s*<\/p>/);
  assert.ok(subject.length > 5 && subject.length < 90, "a subject that is read at a glance");
  assert.ok(text.length < 1_800, "a mail that is read to its end");
}

test("every text to a customer names a person to turn to, the reply and the store; about an order its reference too, written and spoken", () => {
  eachText(({ playbook, isPublic, words, text }) => {
    if (playbook.audience === "team") return;
    const own = playbook.subject === "order" ? ["order_reference", "spoken_reference", "order_page", "store_name"] : ["store_name"];
    for (const slot of ["support_contact", ...(isPublic ? [] : own)]) assert.ok(words.slots.includes(slot), slot);
    if (!isPublic) assert.match(text, /repl(?:y|ies)|Antwort|réponse/i);
  });
});

test("what is told to everybody shows nothing of one customer", () => {
  const everybody = spoken.filter(({ isPublic }) => isPublic);
  assert.ok(everybody.length > 50);
  for (const { words, name } of everybody) for (const slot of words.slots) assert.ok(["started_at", "next_update_by", "status_page", "extended_until", "support_contact", "store_name"].includes(slot), `${slot} in ${name}`);
});

test("nothing is advertised: what is offered puts something right", () => {
  eachText(({ text, subject }) => assert.doesNotMatch(subject + text, /discount|voucher|coupon|% off|sale ends|newsletter|rabatt|gutschein|schnäppchen|code promo|soldes|bon d’achat|remise|!/i));
});

test("mail, plain text and page say the same, with the same values", () => {
  eachText(({ words, text }) => {
    const expected = plain(text);
    assert.equal(read(fill(words.html, values, "html")), expected);
    assert.equal(read(pageWords(words, values).html), expected);
  });
});

test("the first notice apologises at most once and no other notice does", () => {
  eachText(({ isFirst, text }) => {
    const apologies = text.split(/(?<=[.!?:])\s/).filter((sentence) => APOLOGY.test(sentence)).length;
    assert.ok(apologies <= (isFirst ? 1 : 0), `${apologies} apologies`);
  });
});

test("nobody is asked for forgiveness, and nothing is promised of the future", () => {
  eachText(({ text }) => assert.doesNotMatch(text, BEGGING));
});

test("where the store failed, it says that it is responsible before it says that it is sorry", () => {
  // A withdrawal is its reader's own right: nobody failed.
  const failures = spoken.filter(({ playbook, isFirst, choices }) => playbook.slug !== "withdrawal" && isFirst && (choices["reason"] === "inventory" || choices["reason"] === "staff" || (choices["reason"] === undefined && choices["money"] === "due")));
  assert.ok(failures.length > 0);
  for (const { name, text } of failures) {
    const responsible = text.search(/our mistake|responsib|unser Fehler|Verantwort|verantworten|erreur de notre part|responsabilité/i);
    assert.ok(responsible >= 0 && responsible < text.search(APOLOGY), name);
  }
});

test("nobody is accused: a fraud hold is disclosed as details that could not be confirmed, with a way to fix it", () => {
  eachText(({ text, subject }) => assert.doesNotMatch(subject + text, ACCUSATION));
  const held = spoken.filter(({ isFirst, choices }) => isFirst && choices["reason"] === "fraud");
  assert.ok(held.length > 0);
  for (const { name, text } of held) {
    assert.match(text, /could not confirm|nicht bestätigen|pas pu confirmer/, name);
    assert.match(text, /order again|neu bestellen|commander de nouveau/, name);
  }
});

test("\"not charged\" is said on the processor's proof alone", () => {
  for (const { name, text, choices, words, isFirst } of spoken) {
    const isProved = choices["money"] === "none" || (choices["payment"] === "failed" && choices["charge"] === "none") || choices["charged"] === "no";
    if (!isProved) assert.doesNotMatch(text, NOT_CHARGED, name);
    else if (isFirst && choices["charged"] === undefined) assert.match(text, NOT_CHARGED, name);
    // What is not known has no amount.
    if (isFirst && (choices["money"] === "none" || choices["money"] === "unclear")) assert.ok(!words.slots.includes("amount"), name);
  }
});

test("a reason that nobody supports is not named", () => {
  const neutral = spoken.filter(({ isFirst, choices }) => isFirst && (choices["reason"] === "unstated" || choices["reason"] === "conflict"));
  assert.ok(neutral.length > 0);
  for (const { name, text } of neutral) assert.doesNotMatch(text, /because|weil|out of stock|vorrätig|declined|abgelehnt|mistake|Fehler|\bcar\b|parce qu|en stock|refusé|erreur/i, name);
});

test("money that is owed comes with a day or a next word by which something happens", () => {
  const owed = spoken.filter(({ isFirst, choices }) => isFirst && (choices["money"] === "due" || choices["money"] === "unclear"));
  const dated = owed.filter(({ choices }) => choices["has_refund_by"] === "yes" || choices["has_next_update_by"] === "yes");
  assert.ok(dated.length > 0);
  for (const { name, words } of dated) assert.ok(words.slots.includes("refund_by") || words.slots.includes("next_update_by"), name);
});

test("German addresses its reader as Sie", () => {
  for (const { name, text, words } of spoken) if (words.locale === "de") assert.doesNotMatch(text, /\b(?:du|dich|dir|dein\w*|euch|euer)\b/i, name);
});

test("French addresses its reader as vous, and leaves open whether it is a man or a woman", () => {
  for (const { name, text, words } of spoken) {
    if (words.locale === "fr") assert.doesNotMatch(text, /(?<!\p{L})(?:tu|te|toi|ton|ta|tes)(?!\p{L})|\(e\)|·e|\bché[re]|\bmonsieur\b|\bmadame\b/iu, name);
  }
});

test("in French no line of a mail begins with a sign: before it stands a space that does not break", () => {
  const french = spoken.filter(({ words }) => words.locale === "fr");
  assert.ok(french.length > 100);
  for (const { name, subject, text } of french) assert.doesNotMatch(subject + text, /(?<!\u00A0)(?:[;?!»]|:(?!\/\/))|«(?!\u00A0)/u, name);
});

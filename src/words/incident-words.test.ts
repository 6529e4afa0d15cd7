import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadPlaybooks, SLOTS } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { compileWords, fill } from "./index.ts";
import { combinationsOf } from "./testing.ts";

// What the words of the single playbooks must say or must not, where the facts behind it decide.

const BRANDING = { storeName: "The Brand", colour: "#1f4d3a" };
const LOCALES = ["en", "de", "fr"] as const;
const values = Object.fromEntries(Object.entries(SLOTS).map(([slot, { kind }]) => [slot, kind === "address" ? `https://shop.test/${slot}` : `<${slot}>`]));
const loaded = await loadPlaybooks(fileURLToPath(new URL("../../playbooks", import.meta.url)));
const bySlug = new Map(loaded.ok ? loaded.value.map((playbook) => [playbook.slug, playbook]) : []);

function playbookOf(slug: string): Playbook {
  const playbook = bySlug.get(slug);
  assert.ok(playbook, slug);
  return playbook;
}

/** The message with these choices, every other at each of its values, in each language. */
function* saying(slug: string, message: string, wanted: Readonly<Record<string, string>>): Generator<{ subject: string; text: string; choices: Readonly<Record<string, string>>; locale: string }> {
  const playbook = playbookOf(slug);
  const free = Object.fromEntries(Object.entries(playbook.choices).map(([choice, list]) => [choice, wanted[choice] === undefined ? list : [wanted[choice]]]));
  for (const locale of LOCALES) {
    const source = playbook.messages[message]?.[locale];
    assert.ok(source, `${slug}/${message}.${locale}`);
    for (const choices of combinationsOf(free, source.subject + source.body)) {
      const words = compileWords(playbook, message, locale, { ...choices, released_by: "Grace Counsel" }, BRANDING);
      yield { subject: fill(words.subject, values, "text"), text: fill(words.text, values, "text"), choices, locale };
    }
  }
}

function each(slug: string, message: string, wanted: Readonly<Record<string, string>>, check: (said: { subject: string; text: string; choices: Readonly<Record<string, string>> }) => void): void {
  let seen = 0;
  for (const said of saying(slug, message, wanted)) {
    seen += 1;
    try {
      check(said);
    } catch (error) {
      throw new Error(`${slug}/${message}.${said.locale} ${JSON.stringify(said.choices)}\n${said.subject}\n${said.text}`, { cause: error });
    }
  }
  assert.ok(seen >= LOCALES.length);
}

const RESPONSIBLE = /responsib|Verantwort|verantwortlich|responsabilité/;
const SORRY = /sorry|tut uns leid|tun uns leid|nos excuses/;

test("every first word of a failure says that the store is responsible, and then that it is sorry", () => {
  const failures = ["data-breach", "email-outage", "gateway-outage", "missed-call", "phone-or-chat-down", "price-error", "return-spike", "site-down", "supply-disruption", "ticket-spike", "wrong-or-damaged-item"];
  for (const slug of failures) {
    each(slug, "first", {}, ({ text }) => {
      assert.ok(text.search(RESPONSIBLE) >= 0, "responsible");
      assert.ok(text.search(RESPONSIBLE) < text.search(SORRY), "before sorry");
    });
  }
});

test("everybody is told by when they hear more, and where the store names no time, none is promised", () => {
  for (const { slug, publicNotices } of bySlug.values()) {
    if (publicNotices.length === 0) continue;
    each(slug, "public", { stage: "first", has_next_update_by: "yes" }, ({ text }) => assert.match(text, /<next_update_by>/));
    each(slug, "public", { stage: "unchanged" }, ({ text }) => assert.match(text, /Nothing has changed|nichts geändert|Rien n’a changé/));
    each(slug, "public", { stage: "over" }, ({ text }) => assert.doesNotMatch(text, /<next_update_by>|team is working|Team arbeitet|équipe y travaille/));
  }
});

test("a fix is said only once it is made, and a cause only where it is known", () => {
  const fixes = /switched to|taken the change back|added servers|moved|another company carries|gewechselt|zurückgenommen|in Betrieb genommen|umgezogen|befördert unsere E-Mails jetzt|passés à un autre|annulé cette modification|ajouté des serveurs|déplacé|achemine maintenant/i;
  for (const slug of ["gateway-outage", "site-down", "email-outage"]) {
    each(slug, "public", { fix: "none" }, ({ text }) => assert.doesNotMatch(text, fixes));
    each(slug, "public", { fix: "reverted" }, ({ text }) => assert.match(text, fixes));
  }
  for (const slug of ["gateway-outage", "site-down", "email-outage", "phone-or-chat-down", "supply-disruption"]) {
    each(slug, "public", { cause: "unknown" }, ({ text }) => assert.doesNotMatch(text, /The cause is|Ursache ist|La cause (?:en )?est/));
  }
});

test("a payment that failed: the order is not placed, whatever became of the basket, and \"not charged\" rests on the processor's record", () => {
  const placed = /order (?:itself )?has (?:not )?been placed|no order has been placed|nicht aufgegeben|keine Bestellung aufgegeben|n’a pas été passée|aucune commande n’a été passée/i;
  each("gateway-outage", "first", {}, ({ text }) => assert.match(text, placed));
  const notCharged = /You have not been charged|nichts abgebucht|Aucun montant n’a été débité/;
  const record = /provider’s record|Beleg des Zahlungsanbieters|relevé du prestataire/;
  for (const message of ["first", "update"]) {
    each("gateway-outage", message, { charged: "no" }, ({ text }) => (assert.match(text, notCharged), assert.match(text, record)));
    for (const charged of ["unknown", "yes"]) each("gateway-outage", message, { charged }, ({ text }) => assert.doesNotMatch(text, notCharged));
  }
  each("gateway-outage", "first", { basket: "lost" }, ({ text }) => assert.doesNotMatch(text, /have kept your basket|aufgehoben\. Die|avons conservé votre panier/));
});

test("a price is spoken of neutrally until the decision: nothing is shipped, cancelled, admitted or refused", () => {
  for (const message of ["first", "decision"]) {
    each("price-error", message, { decision: "open" }, ({ subject, text }) => {
      assert.doesNotMatch(subject + text, /was wrong|falsch|était faux|mistake|Fehler|erreur|cannot deliver|nicht liefern|ne pouvons pas livrer|keep to|halten ihn ein|maintenons|credit|Guthaben|crédité/);
      assert.match(text, /nothing is shipped and nothing is cancelled|nichts verschickt und nichts storniert|rien n’est expédié et rien n’est annulé/);
    });
    each("price-error", message, { decision: "honoured" }, ({ text }) => assert.doesNotMatch(text, /cancelled|storniert|annulé|charged|abgebucht|débité/));
    // A goodwill credit stands beside the money that is owed, never in its place.
    each("price-error", message, { decision: "cancelled", goodwill: "credit", charged: "yes" }, ({ text }) => assert.match(text, /full amount is owed|volle Betrag steht|montant total vous est dû/));
  }
});

test("of a breach no word is made before a person has released it, and everyone learns what they can do now", () => {
  const playbook = playbookOf("data-breach");
  assert.equal(playbook.release?.role, "counsel");
  const choices = Object.fromEntries(Object.entries(playbook.choices).map(([choice, [first]]) => [choice, first as string]));
  for (const message of Object.keys(playbook.messages)) {
    for (const locale of LOCALES) {
      for (const released of [{}, { released_by: "" }, { released_by: "  " }]) {
        assert.throws(() => compileWords(playbook, message, locale, { ...choices, ...released }, BRANDING), /the words of data-breach to have been released by a person/);
      }
    }
    each("data-breach", message, {}, ({ text, choices: { passwords = "" } }) => {
      assert.match(text, /never ask for passwords|fragen wir nie|ne demandons jamais/);
      assert.equal(/Change your password|Ändern Sie Ihr Passwort|Changez votre mot de passe/.test(text), passwords === "yes");
      assert.doesNotMatch(text, /no evidence|keine Hinweise|aucun élément|Grace Counsel/);
    });
  }
});

test("a delay offers the choice between waiting and the money back, and takes silence for neither", () => {
  for (const message of ["first", "update"]) each("supply-disruption", message, {}, ({ text }) => assert.match(text, /wait or cancel|warten oder stornieren|attendre ou annuler/));
  each("supply-disruption", "update", {}, ({ text }) => assert.match(text, /Silence is not taken|Schweigen gilt uns nicht|Un silence ne vaut pas/));
  each("supply-disruption", "first", { has_new_date: "no" }, ({ text }) => assert.match(text, /cannot name a new day|einen neuen Tag können wir noch nicht|pas encore indiquer de nouvelle date/));
});

test("who got the wrong thing chooses between replacement and refund at no cost, and who need not send it back reads so", () => {
  each("wrong-or-damaged-item", "first", { step: "received" }, ({ text }) => {
    assert.match(text, /replacement or refund|Ersatz oder Erstattung|remplacement ou remboursement/);
    assert.match(text, /costs you nothing|kostet Sie nichts|ne vous coûte quoi que ce soit/);
  });
  each("wrong-or-damaged-item", "first", { give_back: "needless" }, ({ text }) => assert.match(text, /do not need to send anything back|Zurückschicken müssen Sie nichts|rien à renvoyer/));
});

test("what the team alone hears names the reason and what to do, and no customer", () => {
  const { channels, messages, audience } = playbookOf("feed-disapproved");
  assert.deepEqual([audience, channels], ["team", ["team_chat", "email"]]);
  for (const message of Object.keys(messages)) each("feed-disapproved", message, {}, ({ text }) => assert.doesNotMatch(text, /first_name|full_name|order_/));
});

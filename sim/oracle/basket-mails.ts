import PostalMime from "postal-mime";
import { DAY, HOUR, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { SimBasket } from "../world/baskets.ts";
import { isText, type TakenText } from "../world/carrier.ts";
import type { TakenMail } from "../world/post.ts";
import { mayBeSaidAgain } from "./reach.ts";
import { plainOf } from "./read-texts.ts";
import { dueOf, isPaidInTime, knownBasket, mayHearMore, noticeDue, type Told } from "./tills.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";

type BasketKind = "first" | "update" | "corrected";

/** A mail about a payment that failed, as its reader understands it. */
export interface BasketMail {
  readonly taken: TakenMail;
  readonly basket: SimBasket;
  readonly kind: BasketKind;
  readonly subject: string;
  readonly text: string;
}

const KINDS: readonly (readonly [BasketKind, RegExp])[] = [
  ["first", /^(?:The payment for (?<a>\S+) did not go through|Die Zahlung für (?<b>\S+) hat nicht geklappt|Le paiement de (?<c>\S+) n’a pas abouti)$/],
  ["update", /^(?:The payment for (?<a>\S+) is still open|Die Zahlung für (?<b>\S+) ist noch offen|Le paiement de (?<c>\S+) reste en attente)$/],
  ["corrected", /^(?:Correction: the payment for (?<a>\S+)|Berichtigung: die Zahlung für (?<b>\S+)|Rectification\s: le paiement de (?<c>\S+))$/],
];

/** Reads a mail about a payment that failed; undefined for one about anything else. */
export async function readBasketMail(taken: TakenMail, byReference: ReadonlyMap<string, SimBasket>): Promise<BasketMail | string | undefined> {
  const { subject = "", text = "" } = await PostalMime.parse(taken.content);
  for (const [kind, pattern] of KINDS) {
    const names = pattern.exec(subject)?.groups;
    if (names === undefined) continue;
    const basket = byReference.get(names["a"] ?? names["b"] ?? names["c"] ?? "");
    return basket === undefined ? `the mail "${subject}" names nobody's basket` : { taken, basket, kind, subject, text };
  }
  return undefined;
}

/** By what their readers see, without accents and capitals. */
const TEXT_KINDS: readonly (readonly [BasketKind, RegExp])[] = [
  ["corrected", /we wrote that the payment for (?<a>\S+) did not|geschrieben, die zahlung fur (?<b>\S+) sei nicht|ecrit que le paiement de (?<c>\S+) n'avait pas/],
  ["update", /your (?:basket|order) (?<a>\S+) (?:is still saved|still waits)|(?:ihr warenkorb|ihre bestellung) (?<b>\S+) (?:ist noch gespeichert|wartet noch)|votre (?:panier|commande) (?<c>\S+) (?:est toujours enregistre|attend toujours)/],
  ["first", /payment of \S+ for your (?:basket|order) (?<a>\S+) did not|zahlung von .+ fur (?:ihren warenkorb|ihre bestellung) (?<b>\S+) ist nicht|paiement de .+ pour votre (?:panier|commande) (?<c>\S+) n'a pas|a payment for (?<d>\S+) did not go through at first|eine zahlung fur (?<e>\S+) ist zunachst|un paiement pour (?<f>\S+) n'a d'abord/],
];

/** Reads a text about a payment that failed; undefined for one about anything else. */
export function readBasketText(taken: TakenText, byReference: ReadonlyMap<string, SimBasket>): BasketMail | string | undefined {
  const text = Buffer.from(taken.content).toString("utf8");
  for (const [kind, pattern] of TEXT_KINDS) {
    const names = pattern.exec(plainOf(text))?.groups;
    if (names === undefined) continue;
    const basket = byReference.get(Object.values(names).find((name) => name !== undefined) ?? "");
    return basket === undefined ? `the text "${text}" names nobody's basket` : { taken, basket, kind, subject: `text: ${text.slice(0, 80)}`, text };
  }
  return undefined;
}

const SAYS_NOT_CHARGED = /have not been charged|wurde nichts abgebucht|Aucun montant n’a été débité/;
/** The bank's own words, which are nobody's to repeat. */
const BANKS_REASON = /insufficient|declined|gedeckt|Deckung|abgelehnt|provision|refus/i;
/** Word of the purchase that is this old had reached every mail that leaves: the time to write, retry and send one. */
const BOUGHT_WITHIN: Milliseconds = HOUR;
/** The first update leaves a day after the first word, the last two days after it, each at most this much sooner. */
const LEAD: Milliseconds = 4 * HOUR;

/** Says in words what is wrong with a mail about a payment, by the world's script and by what had surely been heard. */
export function wrongOfBasket(mail: BasketMail, before: readonly BasketMail[], told: Told): string[] {
  const { basket, taken, kind, text } = mail;
  const due = dueOf(basket, taken.at);
  if (due === undefined) return ["nobody had tried to pay"];
  // What is known to have failed on the other channel is said once more, and is the same word.
  const others = before.filter((other) => other.basket === basket && other.taken.messageId !== taken.messageId && !(other.kind === kind && mayBeSaidAgain(other.taken, taken)));
  const wrong: string[] = [];
  if (isText(taken) ? taken.to !== basket.person.customer.phone : taken.to !== basket.person.customer.email || !basket.hasEmail) wrong.push(`it went to ${taken.to}, which is not the address of ${basket.reference}`);
  if (taken.at < plus(due, -CLOCK_TOLERANCE)) wrong.push(`it left before ${iso(due)}`);
  if (BANKS_REASON.test(text)) wrong.push("it names the bank's reason");
  if (text.includes("elsewhere.example")) wrong.push("it leads to a host that is not the shop's");
  if (SAYS_NOT_CHARGED.test(text) && knownBasket(basket, plus(due, -CLOCK_TOLERANCE), told).isPending) wrong.push("it says that nothing was charged, and another payment is known to be under way");
  if (countOf(others, kind) >= MOST[kind]) wrong.push(`it is one ${kind} too many`);
  return [...wrong, ...(kind === "corrected" ? wrongCorrection(mail, others, told) : wrongToBuyer(mail, due, told)), ...(kind === "update" ? wrongUpdate(mail, others, due, told) : [])];
}

/** How many words of a kind there were; one in doubt that was sent once more is one. */
function countOf(mails: readonly BasketMail[], kind: BasketKind): number {
  return new Set(mails.filter((mail) => mail.kind === kind).map(({ taken }) => taken.messageId)).size;
}

const MOST: Readonly<Record<BasketKind, number>> = { first: 1, update: 2, corrected: 1 };

/** Whoever has bought is not told that they have not, as far as it was known. A mail in doubt that is sent once more is the same word. */
function wrongToBuyer({ basket, taken }: BasketMail, due: Instant, told: Told): string[] {
  const surely = Math.max(due - CLOCK_TOLERANCE, taken.at - BOUGHT_WITHIN) as Instant;
  return knownBasket(basket, surely, told).isPaid ? [`it was paid at ${iso(basket.paidAt as Instant)}, as is known`] : [];
}

function wrongCorrection({ basket, taken }: BasketMail, others: readonly BasketMail[], told: Told): string[] {
  const first = others.find(({ kind }) => kind === "first");
  if (first === undefined) return ["it corrects what was never said"];
  const { paidAt } = basket;
  // Of tries that came to light later nobody had counted.
  const due = Math.max(...[first.taken.at, taken.at].map((at) => noticeDue(knownBasket(basket, at, told).tries) ?? -Infinity));
  return paidAt !== undefined && paidAt <= taken.at && (isPaidInTime(basket) || paidAt <= due) ? [] : ["it says that the payment had gone through by then, and it had not"];
}

function wrongUpdate({ basket, taken }: BasketMail, others: readonly BasketMail[], due: Instant, told: Told): string[] {
  const count = countOf(others, "update");
  const wrong: string[] = [];
  const soonest = plus(due, (count === 0 ? DAY : 3 * DAY) - LEAD - CLOCK_TOLERANCE);
  if (taken.at < soonest) wrong.push(`it left before ${iso(soonest)}`);
  if (!mayHearMore(basket, taken.at, plus(taken.at, -NEWS_WITHIN), told)) wrong.push("it reminds somebody whose law asks for a consent, and who has given none or taken it back, as is known");
  return wrong;
}

import { plus, type Instant } from "../../src/base/time.ts";
import { isText } from "../world/carrier.ts";
import { brokePolicy } from "./expected.ts";
import { wrongDates } from "./date-words.ts";
import { mayBeMisled, wrongSides } from "./disagreements.ts";
import { isOfGoods, wrongOfGoods } from "./goods-words.ts";
import { refundKnownAt } from "./known.ts";
import type { ReadMail } from "./mails.ts";
import { isOfObstacles, wrongOfObstacles } from "./obstacle-words.ts";
import { isOfParcels, wrongOfParcels } from "./parcel-words.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";
import { wrongOfWithdrawal } from "./withdrawal-words.ts";

/** What must not stand in a mail, in any language: the word for the accusation. */
const ACCUSES = /fraud|betrug|suspicious|verdächtig|risk|risiko|soupçon|risqu/i;

const REASONS: Readonly<Record<string, RegExp>> = {
  inventory: /out of stock|nicht mehr vorrätig|n’est plus en stock/,
  declined: /was declined|abgelehnt wurde|paiement a été refusé/,
  staff: /mistake on our side|Fehlers bei uns|à la suite d’une erreur de notre part/,
  fraud: /could not confirm some of its details|einige Angaben dazu nicht bestätigen|pas pu confirmer certaines informations/,
};
const SAYS_NOT_SENT = /have not sent it|has not been sent yet|noch nicht veranlasst|nous ne l’avons pas fait|pas encore émis|pas encore été émis/;
const SAYS_SENT = /on its way to the payment|was sent|has now been sent|has been sent to the payment|ist unterwegs|veranlasst, und zwar|\ba (?:maintenant )?été émis/;
const SAYS_PAID = /been paid back|wurde (?:jetzt )?ausgezahlt|\ba (?:maintenant )?été versé sur/;
const AMOUNT = /\$\s?([\d.,]*\d)|([\d.,]*\d)\s?\$/g;


/** Says in words what is wrong with a mail (guarantee G2), by the truth alone. */
export function wrongWords(mail: ReadMail, ledger: LedgerTruth): string[] {
  const { order, text, subject, taken } = mail;
  const { vendors: { tellings }, backup } = ledger;
  const wrong: string[] = [];
  const all = `${subject}\n${text}`;
  if (taken.to !== (isText(taken) ? order.person.customer.phone : order.person.customer.email)) wrong.push(`it went to ${taken.to}, which is not the address of ${order.reference}`);
  if (ACCUSES.test(all)) wrong.push("it names the suspicion");
  const others = (all.match(/#\d{4}\b/g) ?? []).filter((reference) => reference !== order.reference);
  if (others.length > 0) wrong.push(`it speaks of ${others.join(", ")} as well`);
  const amount = (order.total.minor / 100).toFixed(2);
  for (const match of all.matchAll(AMOUNT)) {
    if (digits(match[1] ?? match[2] ?? "") !== digits(amount)) wrong.push(`it says ${match[0].trim()} where ${amount} is owed`);
  }
  if (isOfGoods(mail.kind)) return [...wrong, ...wrongOfGoods(mail, ledger)];
  if (mail.kind === "withdrawn") return [...wrong, ...wrongOfWithdrawal(mail, ledger), ...wrongMoney(mail, (status) => refundKnownAt(order, status, tellings, backup), false)];
  if (isOfObstacles(mail.kind)) return [...wrong, ...wrongOfObstacles(mail, ledger)];
  // A text says less, in other words: that it says nothing else is judged of the mail.
  if (isText(taken)) return wrong;
  if (isOfParcels(mail.kind)) return [...wrong, ...wrongOfParcels(mail, tellings, backup)];
  return [...wrong, ...wrongReason(mail), ...wrongDates(mail, ledger), ...wrongSides(mail, tellings, backup), ...wrongMoney(mail, (status) => refundKnownAt(order, status, tellings, backup), mayBeMisled(order, taken.at, tellings, backup))];
}

function digits(amount: string): string {
  return amount.replace(/\D/g, "");
}

function wrongReason({ kind, order, text }: ReadMail): string[] {
  if (kind !== "cancelled") return [];
  const { reason } = order.truth;
  if (reason === undefined) return ["it speaks of a cancellation that never was"];
  if (reason === "customer") return ["it apologises for the customer's own cancellation"];
  // The money had been taken: that the payment was declined is the shop's word against the processor's.
  const says = reason === "declined" ? undefined : REASONS[reason];
  const wrong = Object.entries(REASONS).filter(([, pattern]) => pattern !== says && pattern.test(text)).map(([other]) => `it gives the reason ${other} where ${reason} is true`);
  return says === undefined || says.test(text) ? wrong : [...wrong, `it does not give the reason ${reason}`];
}

function wrongMoney(mail: ReadMail, knownAt: (status: "succeeded" | "failed") => Instant | undefined, isMisled: boolean): string[] {
  const { order, text, kind, taken } = mail;
  const { truth } = order;
  const by = plus(taken.at, CLOCK_TOLERANCE);
  const isKnown = (status: "succeeded" | "failed"): boolean => (knownAt(status) ?? Infinity) < plus(taken.at, -NEWS_WITHIN);
  const isPaidAnew = truth.paidAt !== undefined && truth.paidAt <= taken.at;
  const hasFailed = truth.failedAt !== undefined && !isPaidAnew && isKnown("failed");
  const isPaid = truth.paidAt !== undefined && isKnown("succeeded");
  const wrong: string[] = [];
  const requestedAt = order.facts.find((fact) => fact.what === "refund")?.at;
  if (SAYS_SENT.test(text) && (requestedAt === undefined || requestedAt > by)) wrong.push("it says that a refund was sent, and none was");
  if (SAYS_SENT.test(text) && hasFailed) wrong.push("it says that a refund is on its way that is known to have failed");
  // The processor had not spoken, and the shop said so.
  if (SAYS_PAID.test(text) && !isMisled && (truth.paidAt === undefined || truth.paidAt > by)) wrong.push("it says that the money was paid, and it was not");
  if (SAYS_NOT_SENT.test(text) && kind === "refund late" && isPaid) wrong.push("it says that the refund was not sent, and its payment is known");
  if (kind === "refund late" && !brokePolicy(order) && isPaid) wrong.push("it apologises for a promise that the store is known to have kept");
  return wrong;
}

import { plus, type Instant } from "../../src/base/time.ts";
import { dayIn } from "./calendar.ts";
import { datesOf, wrongDates, zoneOfReader } from "./date-words.ts";
import { knownJourneys } from "./journeys.ts";
import type { ReadMail } from "./mails.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";

const NOT_LEFT = /had not left by then|bis dahin nicht auf dem Weg|n’était pas encore partie/;
const SEND_BACK = /please send them back|schicken Sie sie bitte|renvoyez-les/;
const NOT_CHARGED = /have not been charged|wurde nichts abgebucht|aucun montant n’a été débité/;
const MONEY_WENT = /on its way to the payment|has been paid back|Erstattung über \S+ (?:\S )?(?:ist unterwegs|wurde auf dem Weg ausgezahlt)|est en route vers le moyen|a été versé sur le moyen/;
/** The declaration itself is quoted; what stands before is when it was made. */
const QUOTES = /[“„«]/;
const TIME = /(\d{1,2})[:.](\d{2})/;

/** Whether its reader knows by a mail that the money went back. */
export function saysMoneyWent({ kind, text }: ReadMail): boolean {
  return kind === "refund sent" || (kind === "withdrawn" && MONEY_WENT.test(text.replaceAll(/\s+/g, " ")));
}

/** What is wrong with an acknowledgement (Directive 2011/83/EU art. 11a(4)): its content, its moment, where the goods were, and when the money is back. */
export function wrongOfWithdrawal(mail: ReadMail, ledger: LedgerTruth): string[] {
  const { order, taken } = mail;
  const { withdrawals, vendors, backup, golive } = ledger;
  const text = mail.text.replaceAll(/\s+/g, " ");
  const declared = withdrawals.of(order);
  if (order.person.customer.country === "US") return ["it acknowledges a withdrawal that no law gives its customer"];
  if (declared.length === 0) return ["it acknowledges a withdrawal that nobody declared"];
  const wrong: string[] = [];
  if (declared.every(({ at }) => at < golive - CLOCK_TOLERANCE)) wrong.push("it is of a withdrawal before the store went live");
  const quote = text.search(QUOTES);
  const zone = zoneOfReader(order);
  const moments = declared.map(({ at }) => at).filter((at) => order.truth.isDoubtful === true || at <= (order.truth.withdrawnAt ?? Infinity));
  if (quote < 0 || !moments.some((at) => names(text.slice(0, quote), at, zone))) wrong.push(`it says "${text.slice(Math.max(0, quote - 60), quote)}", and it was declared at ${moments.map((at) => wallOf(at, zone)).join(", ")}`);
  if (NOT_LEFT.test(text) === SEND_BACK.test(text)) wrong.push("it does not say where the goods were, or says both");
  const [parcel] = order.parcels;
  const leftAt = knownJourneys(order, plus(taken.at, -NEWS_WITHIN), vendors.tellings, backup)[0]?.scans[0]?.at;
  if (SEND_BACK.test(text) && parcel === undefined) wrong.push("it asks for goods that never left");
  if (NOT_LEFT.test(text) && leftAt !== undefined && moments.every((at) => leftAt < at)) wrong.push("it says that the goods had not left, and they had, as is known");
  if (NOT_CHARGED.test(text)) wrong.push("it says that nothing was charged, and it was");
  const rest = mail.text.slice(mail.text.search(QUOTES));
  if (!saysMoneyWent(mail) && datesOf(rest).length === 0) wrong.push("it does not say by when the money is back");
  return [...wrong, ...wrongDates({ ...mail, text: rest }, ledger)];
}

/** Whether words name this moment to the minute. */
function names(words: string, at: Instant, zone: string): boolean {
  const [date] = datesOf(words);
  const [, hour, minute] = TIME.exec(words) ?? [];
  return date?.day === dayIn(at, zone) && wallOf(at, zone).slice(11, 16) === `${hour?.padStart(2, "0") ?? ""}:${minute ?? ""}`;
}

function wallOf(at: Instant, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString();
}

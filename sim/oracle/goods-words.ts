import { DAY, plus } from "../../src/base/time.ts";
import { isText } from "../world/carrier.ts";
import { goneAsKnown, lateMoments, mayBeDeemed, wasInTime } from "./goods.ts";
import { isLost } from "./known.ts";
import type { MailKind, ReadMail } from "./mails.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";

/** Customers in the US are written to in English. */
const OFFERS = /Cancel my order.*I will wait|I will wait.*Cancel my order/;
/** To who waits for as long as it takes: they have chosen, and may cancel all the while. */
const MAY_STILL_CANCEL = /You told us that you will wait.*Cancel my order.*until your order leaves/;
const SILENCE_AGREES = /we take it that you agree to wait/;
const SILENCE_CANCELS = /we cancel it and send you all your money/;
const NOT_LEFT = /has not left yet|noch nicht (?:unterwegs|versandt|verschickt|abgeschickt)|hat uns noch nicht verlassen|n[’']est pas encore partie/;

export function isOfGoods(kind: MailKind): boolean {
  return kind.startsWith("late");
}

/** Says what is wrong with a mail about goods that are late (guarantees G2 and G5), by the world's story and by what had surely been heard. */
export function wrongOfGoods(mail: ReadMail, truth: LedgerTruth): string[] {
  const { order, kind, taken } = mail;
  const text = mail.text.replaceAll(/\s+/g, " ").replaceAll("*", "");
  const before = plus(taken.at, -NEWS_WITHIN);
  const wrong: string[] = [];
  const own = truth.goods.of(order);
  const isDoubtful = order.truth.isDoubtful === true;
  if (lateMoments(order, truth).every((from) => from < truth.golive - CLOCK_TOLERANCE)) wrong.push("it is of what was late before the store went live");
  if ((kind === "late" || kind === "late renewed" || kind === "late update") && NOT_LEFT.test(text)) {
    if (wasInTime(order, before, truth)) wrong.push("it says that an order is late that left in time, as is known");
    else if (goneAsKnown(order, before, truth) !== undefined) wrong.push("it says that an order has not left that has, or was called off, as is known");
    // A text names the choices, which stand on the page that it leads to.
    if (order.person.customer.country === "US" && kind !== "late update" && !isText(taken)) wrong.push(...wrongOfOffer(mail, text, truth));
  }
  if (kind === "late deemed" && !mayBeDeemed(order, truth)) wrong.push("it says that the law has called the order off, and it has not");
  if (kind === "late cancelled" && own?.calledOff?.by !== "customer" && own?.pending?.choice !== "cancel" && !isDoubtful) wrong.push("it says that its customer has cancelled the order, and they have not");
  return wrong;
}

/** 16 CFR 435.2(b): both choices, and what silence means; none of it to who has chosen. */
function wrongOfOffer({ order, kind, taken }: ReadMail, text: string, truth: LedgerTruth): string[] {
  const { vendors, backup, goods } = truth;
  const { told = [], answers = [], sent = [], pending } = goods.of(order) ?? {};
  const at = taken.at;
  const wrong: string[] = [];
  const waits = answers.filter(({ choice }) => choice === "wait");
  const agrees = SILENCE_AGREES.test(text);
  const cancels = SILENCE_CANCELS.test(text);
  const waitsOn = sent.some(({ choice, terms }) => choice === "wait" && terms === "unknown");
  if (!OFFERS.test(text) && !(waitsOn && MAY_STILL_CANCEL.test(text))) wrong.push("it does not offer to wait or to cancel (16 CFR 435.2(b))");
  if (waits.length === 0 && pending === undefined && agrees === cancels) wrong.push("it does not say what silence means (16 CFR 435.2(b)(1))");
  const known = vendors.works.known(order, plus(at, -NEWS_WITHIN), vendors.tellings, backup);
  const [stated, first, second] = told;
  const isSilent = stated !== undefined && first !== undefined && first.at <= stated.by - DAY;
  // A first day that went with a restored backup is none to the product: it holds the next one for the first.
  if (agrees && (stated === undefined || known.includes(stated)) && (!isSilent || (second !== undefined && known.includes(second)))) wrong.push("it takes silence for consent where silence cancels (16 CFR 435.2(b)(1)(iii), (2))");
  const isFirstOnly = isSilent && known.includes(stated) && known.includes(first) && (second === undefined || second.at > at);
  if (kind === "late" && cancels && isFirstOnly && answers.length === 0 && pending === undefined && at < first.by - DAY - CLOCK_TOLERANCE) wrong.push("it takes silence for a cancellation where silence agrees (16 CFR 435.2(b)(1)(ii))");
  const covered = Math.max(-Infinity, ...waits.filter(({ heardAt }) => heardAt < plus(at, -NEWS_WITHIN) && !isLost(heardAt, backup)).map(({ terms }) => (terms === "unknown" ? Infinity : Date.parse(terms))));
  const isNewDay = told.some((day) => day.at > at - 2 * DAY);
  // Who waits for as long as it takes has answered for every day that may be told.
  if ((agrees || cancels) && covered - DAY > at + CLOCK_TOLERANCE && !(isNewDay && Number.isFinite(covered))) wrong.push("it asks for an answer that was given");
  return wrong;
}


import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import { DAY, HOUR, instant, iso, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { SimBasket } from "../world/baskets.ts";
import { mailboxKind } from "../world/people.ts";
import { isPage } from "../world/post.ts";
import type { BasketMail } from "./basket-mails.ts";
import { isLost } from "./known.ts";
import { hasComeBack, isProven, staffText } from "./ledger.ts";
import { mayAwaitHours } from "./reach.ts";
import { dueOf, isPaidInTime, knownBasket, mayHearMore, noticeDue, surelyNoticed } from "./tills.ts";
import { CLOCK_TOLERANCE, SETTLED_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth, ListedCase } from "./truth.ts";

/** By the playbook, the first word comes within this time of the moment at which it is noticed that nothing more is heard. */
const FIRST_WITHIN: Milliseconds = 30 * MINUTE;
/** Beyond all of its deadlines, as for every other word. */
const TOLD_OR_PAGED_WITHIN: Milliseconds = 3 * HOUR;
/** For this long no update is written yet, which has a deadline of its own. */
const FIRST_WORD_ONLY: Milliseconds = 12 * HOUR;

/** What is judged beside the ledger's truth. */
export interface BasketTruth extends LedgerTruth {
  readonly words: readonly BasketMail[];
}

/** What each incident about a payment would be about: an incident's id is a function of it. */
export function basketCauses(store: StoreId, baskets: readonly SimBasket[]): ReadonlyMap<string, SimBasket> {
  const id = (subject: string): string => uuidOf(store, "incident", "payment-failed", subject, `payment/${subject}`);
  // The tries of a checkout are its order's as well, once it is known which one that is.
  return new Map(baskets.flatMap((basket) => [basket.subject, basket.order?.orderId ?? basket.subject].map((subject) => [id(subject), basket] as const)));
}

/** The claims about orders alone. */
export function withoutBaskets(claimed: Claims, { baskets }: LedgerTruth): Claims {
  return { ...claimed, cases: claimed.cases.filter(({ incidentId }) => !baskets.has(incidentId)) };
}

/** Judges at any moment what the product claims about baskets: nobody in error, nobody twice, nobody told without a mail, none late. */
export function judgeBaskets(claimed: Claims, truth: BasketTruth, quietSince: Instant): void {
  const { world, baskets } = truth;
  const ofBaskets = claimed.cases.flatMap((each) => {
    const basket = baskets.get(each.incidentId);
    return basket === undefined ? [] : [{ each, basket }];
  });
  for (const { each, basket } of ofBaskets) {
    const name = nameOf(basket);
    if (ofBaskets.some((other) => other.basket === basket && other.each.caseId < each.caseId)) world.violate("G1", `${name} has several cases for the same tries`);
    for (const wrong of wrongCase(basket, truth)) world.violate("G1", `${name} is held to be affected, and ${wrong}`);
    judgeDeadline(each, basket, truth, quietSince);
    judgeStanding(each, basket, claimed, truth, quietSince);
  }
  judgeUntold(claimed, truth, quietSince);
}

function nameOf({ reference, subject }: SimBasket): string {
  return `the basket ${reference} (${subject})`;
}

/** Why a basket cannot have a case; nothing where it can. */
function wrongCase(basket: SimBasket, truth: BasketTruth): string[] {
  const due = dueOf(basket, truth.world.schedule.now);
  if (due === undefined) return ["nobody had tried to pay for it"];
  if (due > plus(truth.world.schedule.now, CLOCK_TOLERANCE)) return [`its time runs until ${iso(due)}`];
  if (!basket.hasEmail) return ["it names nobody to write to"];
  const wasKnown = knownBasket(basket, plus(due, -CLOCK_TOLERANCE), truth).isPaid;
  return isPaidInTime(basket) && wasKnown ? [`it was paid in time, at ${iso(basket.paidAt as Instant)}, as was known`] : [];
}

/** The deadline of the first word is half an hour after the moment at which the tries that were known were to be noticed. */
function judgeDeadline({ tellBy }: ListedCase, basket: SimBasket, truth: BasketTruth, quietSince: Instant): void {
  const { world, readAllSince } = truth;
  const [first] = basket.tries;
  if (first === undefined) return;
  const now = world.schedule.now;
  const due = dueOf(basket, now) as Instant;
  const known = surelyNoticed(basket, truth);
  // Who had paid in time by the tries that were known, as was heard after all, is due a correction by now, which has a time of its own.
  const isInTime = isPaidInTime(basket) || (basket.paidAt ?? Infinity) <= (known ?? -Infinity);
  if (isInTime && knownBasket(basket, now, truth).isPaid) return;
  if (tellBy < plus(due, FIRST_WITHIN)) world.violate("G1", `${nameOf(basket)} is to be told by ${iso(tellBy)}, before its time`);
  const isUndisturbed = Math.max(quietSince, readAllSince.shopify, readAllSince.stripe) < first.at;
  // Where nobody could be reached what is new is told from the beginning, in a time of its own.
  if (!isUndisturbed || now > plus(due, FIRST_WORD_ONLY) || !isReachable(basket, truth)) return;
  if (known !== undefined && tellBy > plus(known, FIRST_WITHIN)) world.violate("G1", `${nameOf(basket)} is to be told by ${iso(tellBy)}, and its tries were to be noticed at ${iso(known)}`);
}

function judgeStanding(each: ListedCase, basket: SimBasket, claimed: Claims, truth: BasketTruth, quietSince: Instant): void {
  const { world } = truth;
  const now = world.schedule.now;
  const name = nameOf(basket);
  const mails = truth.words.filter((mail) => mail.basket === basket).map(({ taken }) => taken);
  if (each.standing === "told" && !mails.some((mail) => isProven(mail, now, quietSince))) world.violate("G1", `${name} is held to be told, and no mail of it is proven to have arrived`);
  const since = plus(now, -4 * HOUR + CLOCK_TOLERANCE);
  if (claimed.presumed.has(each.caseId) && !mails.some((mail) => mail.at <= since && !hasComeBack(mail, now, quietSince))) world.violate("G1", `${name} is presumed told, and no mail of it was taken four hours ago`);
  if (each.standing === "unreachable" && isReachable(basket, truth)) world.violate("G1", `${name} is held to be unreachable (${each.why ?? ""}), and is not`);
  const isRight = (basket.paidAt ?? Infinity) <= plus(now, CLOCK_TOLERANCE);
  if (each.standing === "excused" && (each.why === "put_right_before_told" || each.why === "withdrawn") && !isRight) world.violate("G1", `${name} is excused (${each.why}), and is not paid`);
}

function isReachable({ person, subject }: SimBasket, { world }: BasketTruth): boolean {
  return mailboxKind(person.customer.email) === "good" && !world.givenUp.has(subject);
}

/** G1 in time: who failed to pay, as is known, is told or somebody's open page, unless they had bought by then. */
function judgeUntold(claimed: Claims, truth: BasketTruth, quietSince: Instant): void {
  const { world, readAllSince, post } = truth;
  const now = world.schedule.now;
  const settled = plus(now, -TOLD_OR_PAGED_WITHIN);
  if (Math.max(quietSince, readAllSince.shopify, readAllSince.stripe) > settled) return;
  for (const basket of new Set(truth.baskets.values())) {
    const known = knownBasket(basket, settled, truth);
    const due = noticeDue(known.tries);
    if (!known.hasBuyer || due === undefined || plus(due, FIRST_WITHIN) > settled) continue;
    if (due < truth.golive + CLOCK_TOLERANCE || (basket.paidAt ?? Infinity) <= now) continue;
    const isSaid = truth.words.some((mail) => mail.basket === basket && mail.kind === "first");
    const own = claimed.cases.filter(({ incidentId }) => truth.baskets.get(incidentId) === basket);
    const isClosed = own.some(({ standing }) => standing === "unreachable" || standing === "excused");
    const isPaged = own.some(({ standing }) => standing === "due") && (claimed.line.faults.unattended === 0 || post.taken.some((mail) => isPage(mail) && mail.at >= due && staffText(mail).includes(basket.subject)));
    if (!isSaid && !isClosed && !isPaged) world.violate("G1", `${nameOf(basket)} was to be noticed at ${iso(due)}, and nobody was told or paged`);
  }
}

/** Whoever was told in error has been told that it was one, a day after it was known. */
const CORRECTED_WITHIN: Milliseconds = DAY;
/** The last of the two updates has left this long after the first word. */
const LAST_UPDATE: Milliseconds = 72 * HOUR + 30 * MINUTE;

/** Judges the end, when everything has been calm for days. */
export function judgeEndOfBaskets(claimed: Claims, truth: BasketTruth): void {
  const { world } = truth;
  const by = plus(world.schedule.now, -SETTLED_WITHIN);
  for (const basket of new Set(truth.baskets.values())) {
    const name = nameOf(basket);
    const own = claimed.cases.filter(({ incidentId }) => truth.baskets.get(incidentId) === basket);
    const party = { phone: basket.person.customer.phone, reader: { country: basket.country }, words: truth.words.filter((mail) => mail.basket === basket).map(({ taken }) => taken) };
    if (own.some((each) => each.standing === "due" && each.tellBy < world.schedule.now && !mayAwaitHours(each, party, truth))) world.violate("G1", `${name} is still due at the end`);
    const said = truth.words.filter((mail) => mail.basket === basket);
    judgeCorrection(basket, said, truth);
    const known = knownBasket(basket, by, truth);
    const due = noticeDue(known.tries);
    if (!known.hasBuyer || due === undefined || due > by || due < truth.golive + CLOCK_TOLERANCE || isPaidInTime(basket)) continue;
    if (own.length !== 1) world.violate("G1", `${name} has ${own.length} cases instead of one`);
    if (basket.paidAt !== undefined || !isReachable(basket, truth)) continue;
    if (!said.some(({ kind }) => kind === "first")) world.violate("G1", `${name} was never paid for, and no word of it reached a mailbox`);
    judgeUpdates(basket, said, due, truth);
  }
}

function judgeCorrection(basket: SimBasket, said: readonly BasketMail[], truth: BasketTruth): void {
  const by = plus(truth.world.schedule.now, -CORRECTED_WITHIN);
  const first = said.find(({ kind }) => kind === "first");
  // Of what left in the hours that a restored backup lost, and was paid by then, nobody is left to know that it was said.
  if (first === undefined || first.taken.at > by || isLost(first.taken.at, truth.backup) || !isPaidInTime(basket) || !isReachable(basket, truth)) return;
  const known = knownBasket(basket, by, truth);
  if (!known.isPaid || known.tries.length < basket.tries.length) return;
  if (!said.some(({ kind }) => kind === "corrected")) truth.world.violate("G2", `"${first.subject}" was said in error at ${iso(first.taken.at)} and never corrected`);
}

/** Who may hear more of it does: two updates, and then nothing. */
function judgeUpdates(basket: SimBasket, said: readonly BasketMail[], due: Instant, truth: BasketTruth): void {
  const now = truth.world.schedule.now;
  if (plus(due, LAST_UPDATE + SETTLED_WITHIN) > now || truth.backup !== undefined) return;
  const first = said.find(({ kind }) => kind === "first");
  // A first word that was late moves what follows on it.
  if (first === undefined || first.taken.at > plus(due, 6 * HOUR) || !mayHearMore(basket, due, instant(now), truth)) return;
  const updates = new Set(said.filter(({ kind }) => kind === "update").map(({ taken }) => taken.messageId)).size;
  if (updates < 2) truth.world.violate("G1", `${nameOf(basket)} was told at ${iso(first.taken.at)} that more follows, and ${updates} of two updates did`);
}

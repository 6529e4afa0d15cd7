import { sql, type Db } from "../../src/base/db.ts";
import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import { HOUR, instant, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import { isText } from "../world/carrier.ts";
import type { SimOrder } from "../world/orders.ts";
import { mailboxKind } from "../world/people.ts";
import { phoneKind } from "../world/phones.ts";
import type { TakenMail, UntakenMail } from "../world/post.ts";
import type { World } from "../world/world.ts";
import { isSteady } from "./texts.ts";
import { openSince, type Reader } from "./text-hours.ts";
import type { Claims, LedgerTruth, ListedCase } from "./truth.ts";

/** What failed has been read, another way was found and taken after this long, with workers at work and below the cap. */
const MOVED_ON_WITHIN: Milliseconds = 4 * HOUR;
/** A message in doubt is sent once more (docs/ARCHITECTURE.md). */
const MOST_TRIES = 2;

/** Whether a message is known not to have arrived: another one may say the same. */
export function hasFailed(taken: TakenMail): boolean {
  return taken.bounceBroughtAt !== undefined;
}

/** Whether a phone that was out of reach, as was told, has it since. */
export function hasArrivedAfterAll({ arrivalBroughtAt, bounceBroughtAt }: TakenMail): boolean {
  return bounceBroughtAt !== undefined && arrivalBroughtAt !== undefined && arrivalBroughtAt > bounceBroughtAt;
}

/**
 * Whether the same may be said again. Its sender never heard that the first word was taken: the way was shut meanwhile, or
 * all of it is told anew as it is now. Or that one failed: another channel takes its place, and a text that came back says
 * nothing of the next.
 */
export function mayBeSaidAgain(before: TakenMail, now: TakenMail): boolean {
  if (!before.answered) return true;
  if (isText(before) !== isText(now)) return hasFailed(before);
  return isText(now) && (before.bounceBroughtAt ?? Infinity) < now.at;
}

/** Somebody whom the words about one thing are for, as the store can know them: an order's buyer, or who failed to pay for a basket. */
export interface Party {
  readonly name: string;
  /** As it stands in messages about it. */
  readonly reference: string;
  readonly email: string;
  readonly phone: string | undefined;
  readonly reader: Reader;
  /** Whoever agreed to texts before this has agreed to those about it. */
  readonly since: Instant;
  /** Its messages that were taken, over every channel. */
  readonly words: readonly TakenMail[];
  readonly cases: readonly ListedCase[];
}

/** Whether a case is an acknowledgement: its incident's id is a function of its order. */
export function isOfWithdrawal({ incidentId, orderId }: ListedCase, store: StoreId): boolean {
  return incidentId === uuidOf(store, "incident", "withdrawal", orderId, `withdrawal/${orderId}`);
}

/** The buyers of orders, each with all cases of it but those about a payment. */
export function partiesOfOrders(claimed: Claims, { orders, mails, world, store }: LedgerTruth): readonly Party[] {
  // What has to be kept in writing is no text: a phone is no way for it.
  const cases = Map.groupBy(claimed.cases.filter((each) => !isOfWithdrawal(each, store)), ({ orderId }) => orderId);
  const words = Map.groupBy(mails, ({ order }) => order);
  return [...orders.values()].filter(({ orderId }) => !world.givenUp.has(orderId)).map((order): Party => {
    const { customer } = order.person;
    return { name: order.reference, reference: order.reference, email: customer.email, phone: customer.phone, reader: customer, since: order.placedAt, words: (words.get(order) ?? []).map(({ taken }) => taken), cases: cases.get(order.orderId) ?? [] };
  });
}

/** Whether a text can reach somebody for sure: a phone that works, whose people agreed before and never took it back. */
export function hasGoodPhone({ phone, since }: Pick<Party, "phone" | "since">, { told, carriers }: Pick<LedgerTruth, "told" | "carriers">): boolean {
  return phone !== undefined && phoneKind(phone) === "good" && isSteady(phone, told, since) && !carriers.blocked.has(phone);
}

/** Whether a mail about an order reaches its buyer for sure, and nobody gave up on one. */
export function isReachable({ person, orderId }: SimOrder, { givenUp }: Pick<World, "givenUp">): boolean {
  return mailboxKind(person.customer.email) === "good" && !givenUp.has(orderId);
}

/** Whether a word about an order reaches its buyer for sure over one channel or another, and nobody gave up on one. */
export function canBeTold(order: SimOrder, truth: LedgerTruth): boolean {
  return isReachable(order, truth.world) || (hasGoodPhone({ phone: order.person.customer.phone, since: order.placedAt }, truth) && !truth.world.givenUp.has(order.orderId));
}

/** G1: nobody is held to be unreachable whose phone works and who agreed, unless a text about it failed. */
export function judgeUnreachable(parties: readonly Party[], truth: LedgerTruth): void {
  for (const party of parties) {
    const found = party.cases.find(({ standing }) => standing === "unreachable");
    if (found === undefined || !hasGoodPhone(party, truth)) continue;
    const isLost = party.words.some((taken) => taken.to === party.phone && hasFailed(taken));
    if (!isLost) truth.world.violate("G1", `${party.name} is held to be unreachable (${found.why ?? ""}), and its person agreed to texts and has a phone that works`);
  }
}

const AWAITS_A_PERSON = sql("select distinct order_id as \"orderId\" from messages where store_id = $1 and state = 'unknown' and resends > 0");

/** G1 in time: what failed on one channel is said on the other, once its hours are open. */
export async function judgeMovedOn(db: Db, parties: readonly Party[], truth: LedgerTruth, quietSince: Instant): Promise<void> {
  const { world, store } = truth;
  // Its workers died over it twice: nobody but the provider knows whether it left.
  const inDoubt = new Set((await db.rows<{ orderId: string }>(AWAITS_A_PERSON, [store])).map(({ orderId }) => orderId));
  for (const party of parties) {
    const due = party.cases.find((each) => each.standing === "due" && each.tellBy < world.schedule.now);
    if (due === undefined || inDoubt.has(due.orderId)) continue;
    for (const { at, what, to } of failuresOf(party, truth)) {
      if (at < truth.golive) continue;
      // What is due may be a later word than the one that failed, and has its own time.
      const from = instant(Math.max(at, due.tellBy, quietSince));
      const by = to === "phone" ? openSince(from, MOVED_ON_WITHIN, party.reader, world.era.place) : plus(from, MOVED_ON_WITHIN);
      if (world.schedule.now < by || isSaid(party, at, truth)) continue;
      world.violate("G1", `${party.name}: ${what} failed at ${iso(at)}, is due since ${iso(due.tellBy)}, and by ${iso(by)} nothing was tried on the ${to}`);
    }
  }
}

/** When words to one address of somebody are known to have failed, where the other address is good. */
function failuresOf(party: Party, truth: LedgerTruth) {
  const { post, carriers } = truth;
  const { email, phone, words } = party;
  const heard = (to: string | undefined): readonly Instant[] => words.filter((taken) => taken.to === to).flatMap(({ bounceHeardAt }) => bounceHeardAt ?? []);
  const refused = (to: string | undefined, all: readonly UntakenMail[]): readonly Instant[] => all.filter((each) => each.to === to && each.reference === party.reference).map(({ at }) => at);
  const toPhone = hasGoodPhone(party, truth) ? [...heard(email), ...refused(email, post.refused)].map((at) => ({ at, what: "a mail", to: "phone" as const })) : [];
  const toMailbox = mailboxKind(email) === "good" ? [...heard(phone), ...refused(phone, carriers.refused)].map((at) => ({ at, what: "a text", to: "mailbox" as const })) : [];
  return [...toPhone, ...toMailbox];
}

/** Whether anything was tried since, or was held to have arrived then: if that fails, it is to be followed from there. */
function isSaid({ words, reference }: Party, since: Instant, { carriers, post }: LedgerTruth): boolean {
  const isTried = (each: UntakenMail): boolean => each.at > since && each.reference === reference;
  // What vanished twice is a person's: nobody but the provider knows where it is.
  const isLost = [carriers, post].some(({ vanished }) => vanished.filter(isTried).length >= MOST_TRIES);
  return isLost || words.some((taken) => taken.at > since || (taken.bounceHeardAt ?? Infinity) > since) || [carriers, post].some(({ refused, putOff }) => [...refused, ...putOff].some(isTried));
}

/** Whether a word that is overdue may be a text that waits for the hours of its reader: one may be written anew as late as it is due. */
export function mayAwaitHours({ tellBy }: ListedCase, { phone, reader, words }: Pick<Party, "phone" | "reader" | "words">, { world }: Pick<LedgerTruth, "world">): boolean {
  if (phone === undefined) return false;
  const cameBack = words.flatMap(({ bounceHeardAt }) => bounceHeardAt ?? []);
  const from = instant(Math.max(tellBy, ...cameBack));
  return openSince(from, MOVED_ON_WITHIN, reader, world.era.place) > world.schedule.now;
}

/** When a word about an order, first due at `from`, has surely had a way: who has no mailbox that works hears in the hours of texts. */
export function hasHadAWayBy(order: SimOrder, from: Instant, { world }: Pick<LedgerTruth, "world">): Instant {
  return isReachable(order, world) ? from : openSince(from, MOVED_ON_WITHIN, order.person.customer, world.era.place);
}

const PROVEN = sql("select message_id as id, channel, state from messages where store_id = $1 and state in ('delivered', 'bounced') and channel <> 'portal'");

/** G1 at the end: each message that is held to have arrived, or to have failed, has a report of its own: none of another's, and none over another channel. */
export async function judgeProofs(db: Db, store: StoreId, { world, carriers, post }: LedgerTruth): Promise<void> {
  const left = new Map(Map.groupBy([...post.taken, ...carriers.taken], ({ messageId }) => messageId.split("@")[0] ?? ""));
  for (const { id, channel, state } of await db.rows<{ id: string; channel: string; state: string }>(PROVEN, [store])) {
    const own = left.get(id) ?? [];
    // What was in doubt and never taken has not arrived: that its address is dead, another's report may say.
    const isProven = (state === "bounced" && own.length === 0) || own.some((taken) => (state === "delivered" ? taken.isFinal || taken.arrivalBroughtAt !== undefined : hasFailed(taken)));
    // Of a word that was sent twice one copy may fail, and the other arrive.
    const hasArrived = own.some((taken) => taken.arrivalBroughtAt !== undefined && (!hasFailed(taken) || hasArrivedAfterAll(taken)));
    const failedAt = hasArrived ? undefined : own.flatMap(({ bounceHeardAt }) => bounceHeardAt ?? []).find((at) => at < world.schedule.now - MOVED_ON_WITHIN);
    if (state === "delivered" && failedAt !== undefined) world.violate("G1", `a message over ${channel} is held to be delivered, and it was known at ${iso(failedAt)} that it was not`);
    if (!isProven) world.violate("G1", `a message over ${channel} is held to be ${state}, and nobody ever said so of it`);
  }
}

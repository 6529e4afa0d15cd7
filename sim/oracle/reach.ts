import { sql, type Db } from "../../src/base/db.ts";
import type { StoreId } from "../../src/base/ids.ts";
import { HOUR, instant, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import { isText } from "../world/carrier.ts";
import type { SimOrder } from "../world/orders.ts";
import { mailboxKind } from "../world/people.ts";
import { phoneKind } from "../world/phones.ts";
import type { RefusedMail, TakenMail } from "../world/post.ts";
import { isSteady } from "./texts.ts";
import { openSince } from "./text-hours.ts";
import type { Claims, LedgerTruth, ListedCase } from "./truth.ts";

/** What failed has been read, another way was found and taken after this long, with workers at work and below the cap. */
const MOVED_ON_WITHIN: Milliseconds = 4 * HOUR;

/** Whether a message is known not to have arrived: another one may say the same. */
export function hasFailed(taken: TakenMail): boolean {
  return taken.bounceBroughtAt !== undefined;
}

/** Whether another channel may say the same: the first word failed, or its sender never heard that it was taken and the way was shut meanwhile. */
export function mayBeSaidAgain(before: TakenMail, now: TakenMail): boolean {
  return isText(before) !== isText(now) && (hasFailed(before) || !before.answered);
}

/** Whether a text can reach an order's person for sure: a phone that works, whose people agreed before the order and never took it back. */
function hasGoodPhone({ person, placedAt }: SimOrder, { told, carriers }: LedgerTruth): boolean {
  const number = person.customer.phone;
  return number !== undefined && phoneKind(number) === "good" && isSteady(number, told, placedAt) && !carriers.blocked.has(number);
}

/** G1: nobody is held to be unreachable whose phone works and who agreed, unless a text about the order failed. */
export function judgeUnreachable(claimed: Claims, truth: LedgerTruth): void {
  const { orders, world, mails } = truth;
  for (const each of claimed.cases) {
    const order = orders.get(each.orderId);
    if (each.standing !== "unreachable" || order === undefined || world.givenUp.has(each.orderId) || !hasGoodPhone(order, truth)) continue;
    const isLost = mails.some(({ taken, order: about }) => about === order && taken.to === order.person.customer.phone && hasFailed(taken));
    if (!isLost) world.violate("G1", `${order.reference} is held to be unreachable (${each.why ?? ""}), and its person agreed to texts and has a phone that works`);
  }
}

/** G1 in time: what failed on one channel is said on the other, once its hours are open. */
export function judgeMovedOn(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { orders, world } = truth;
  for (const order of orders.values()) {
    const due = claimed.cases.filter((each) => each.orderId === order.orderId && each.standing === "due" && each.tellBy < world.schedule.now);
    if (due.length === 0 || world.givenUp.has(order.orderId)) continue;
    for (const { at, what, to } of failuresOf(order, truth)) {
      if (at < truth.golive) continue;
      const from = instant(Math.max(at, quietSince));
      const by = to === "phone" ? openSince(from, MOVED_ON_WITHIN, order.person.customer) : plus(from, MOVED_ON_WITHIN);
      if (world.schedule.now < by || isSaid(order, at, truth)) continue;
      world.violate("G1", `${order.reference}: ${what} failed at ${iso(at)}, is due since ${iso((due[0] as ListedCase).tellBy)}, and by ${iso(by)} nothing was tried on the ${to}`);
    }
  }
}

/** When words to one address of an order are known to have failed, where the other address is good. */
function failuresOf(order: SimOrder, truth: LedgerTruth) {
  const { mails, post, carriers } = truth;
  const { email, phone } = order.person.customer;
  const own = mails.filter((mail) => mail.order === order).map(({ taken }) => taken);
  const heard = (to: string | undefined): readonly Instant[] => own.filter((taken) => taken.to === to).flatMap(({ bounceHeardAt }) => bounceHeardAt ?? []);
  const refused = (to: string | undefined, all: readonly RefusedMail[]): readonly Instant[] => all.filter((each) => each.to === to && each.reference === order.reference).map(({ at }) => at);
  const toPhone = hasGoodPhone(order, truth) ? [...heard(email), ...refused(email, post.refused)].map((at) => ({ at, what: "a mail", to: "phone" as const })) : [];
  const toMailbox = mailboxKind(email) === "good" ? [...heard(phone), ...refused(phone, carriers.refused)].map((at) => ({ at, what: "a text", to: "mailbox" as const })) : [];
  return [...toPhone, ...toMailbox];
}

/** Whether anything about the order was tried since, or had been taken on the other channel already. */
function isSaid(order: SimOrder, since: Instant, { mails, carriers, post }: LedgerTruth): boolean {
  const isTried = (each: RefusedMail): boolean => each.at > since && each.reference === order.reference;
  return mails.some((mail) => mail.order === order && (mail.taken.at > since || !hasFailed(mail.taken))) || [...carriers.refused, ...post.refused].some(isTried);
}

/** The first word is owed within this time, by any playbook. */
const FIRST_WITHIN: Milliseconds = 4 * HOUR;

/** Whether a word that is overdue may be a text that waits for the hours of its reader, since it was written or a mail of it came back. */
export function mayAwaitHours({ tellBy }: ListedCase, order: SimOrder, { mails, world }: LedgerTruth): boolean {
  if (order.person.customer.phone === undefined) return false;
  const cameBack = mails.filter((mail) => mail.order === order).flatMap(({ taken }) => taken.bounceHeardAt ?? []);
  const from = instant(Math.max(plus(tellBy, -FIRST_WITHIN), ...cameBack));
  return openSince(from, MOVED_ON_WITHIN, order.person.customer) > world.schedule.now;
}

const PROVEN = sql("select message_id as id, channel, state from messages where store_id = $1 and state in ('delivered', 'bounced') and channel <> 'portal'");

/** G1 at the end: each message that is held to have arrived, or to have failed, has a report of its own: none of another's, and none over another channel. */
export async function judgeProofs(db: Db, store: StoreId, { world, carriers, post }: LedgerTruth): Promise<void> {
  const left = new Map(Map.groupBy([...post.taken, ...carriers.taken], ({ messageId }) => messageId.split("@")[0] ?? ""));
  for (const { id, channel, state } of await db.rows<{ id: string; channel: string; state: string }>(PROVEN, [store])) {
    const own = left.get(id) ?? [];
    const isProven = own.some((taken) => (state === "delivered" ? taken.isFinal || taken.arrivalBroughtAt !== undefined : hasFailed(taken)));
    const failedAt = own.flatMap(({ bounceHeardAt }) => bounceHeardAt ?? []).find((at) => at < world.schedule.now - MOVED_ON_WITHIN);
    if (state === "delivered" && failedAt !== undefined) world.violate("G1", `a message over ${channel} is held to be delivered, and it was known at ${iso(failedAt)} that it was not`);
    if (!isProven) world.violate("G1", `a message over ${channel} is held to be ${state}, and nobody ever said so of it`);
  }
}

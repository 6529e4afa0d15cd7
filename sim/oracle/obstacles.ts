import { uuidOf, type StoreId } from "../../src/base/ids.ts";
import { DAY, HOUR, instant, iso, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { promisesOfOrders } from "../../src/promises/index.ts";
import { isText } from "../world/carrier.ts";
import type { Hold, Obstacles } from "../world/obstacles.ts";
import { workDigits, type Fact, type SimOrder } from "../world/orders.ts";
import { nextWordBy } from "./date-words.ts";
import { isHeard, maySeemHeld } from "./journeys.ts";
import { isLost } from "./known.ts";
import type { MailKind, ReadMail } from "./mails.ts";
import { canBeTold, hasFailed, hasHadAWayBy, mayBeSaidAgain } from "./reach.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN, READ_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth, ListedCase } from "./truth.ts";

/** What a customer hears of: an address to which no parcel can go, and a shelf that is empty. Of other holds they hear nothing. */
export const OBSTACLE_PLAYBOOKS = ["address-invalid", "out-of-stock"] as const;
export type ObstaclePlaybook = (typeof OBSTACLE_PLAYBOOKS)[number];

/** By the playbooks: within this time of it the first word is owed. */
const FIRST_WITHIN: Readonly<Record<ObstaclePlaybook, Milliseconds>> = { "address-invalid": 30 * MINUTE, "out-of-stock": 2 * HOUR };
/** The kinds of their words: what is asked, asked again, and that it is over. */
export const WORDS: Readonly<Record<ObstaclePlaybook, readonly [MailKind, MailKind, MailKind]>> = {
  "address-invalid": ["address asked", "address update", "address settled"],
  "out-of-stock": ["shelf asked", "shelf update", "shelf ended"],
};
const HELD_FOR: Readonly<Record<ObstaclePlaybook, Hold["reason"]>> = { "address-invalid": "incorrect_address", "out-of-stock": "inventory_out_of_stock" };
/** What broke is held to be within this time of quiet. */
const BROKEN_WITHIN: Milliseconds = 3 * HOUR;

/** The incident about what keeps an order from leaving: its id is a function of it. */
export function obstacleIncident(store: StoreId, { orderId, index }: SimOrder, playbook: ObstaclePlaybook): string {
  return uuidOf(store, "incident", playbook, orderId, playbook === "address-invalid" ? `address/${orderId}` : `hold/shopify/${workDigits(index)}`);
}

/** A time in which an order cannot leave. */
interface Stretch {
  readonly from: Instant;
  /** Absent where it goes on for good. */
  readonly until?: Instant;
}

/** The times in which an order cannot leave for its address, or for an empty shelf; by its story, or by what of it was known. */
export function stretchesOf({ addresses, hold, leavesAt, cancelled }: Obstacles, playbook: ObstaclePlaybook): readonly Stretch[] {
  const end = Math.min(leavesAt ?? Infinity, cancelled?.at ?? Infinity);
  const wrong = addresses.flatMap(({ at, wrong: part }, index) => (playbook === "address-invalid" && part !== undefined ? [[at, addresses[index + 1]?.at ?? Infinity] as const] : []));
  const held = hold !== undefined && hold.reason === HELD_FOR[playbook] ? [[hold.at, hold.until ?? Infinity] as const] : [];
  const all = [...wrong, ...held].map(([from, until]) => [from, Math.min(until, end)] as const).filter(([from, until]) => from < until).sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [from, until] of all) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else joined.push([from, until]);
  }
  return joined.map(([from, until]) => ({ from: instant(from), ...(Number.isFinite(until) && { until: instant(until) }) }));
}

/** What the product surely knew at `at` of what keeps an order from leaving; undefined where it did not know the order. */
export function obstaclesAsKnown(order: SimOrder, at: Instant, { vendors, backup }: Pick<LedgerTruth, "vendors" | "backup">): Obstacles | undefined {
  const { obstacles } = order;
  if (obstacles === undefined) return undefined;
  const heard = vendors.tellings.of(order).filter((telling) => isHeard(telling, at, backup)).map(({ fact }) => fact);
  const has = (what: Fact["what"], when?: Instant): boolean => heard.some((fact) => fact.what === what && (when === undefined || fact.at === when));
  const addresses = obstacles.addresses.filter((given, index) => (index === 0 ? has("placed") : has("readdressed", given.at)));
  const [first, ...others] = addresses;
  if (first === undefined) return undefined;
  const isNamed = vendors.works.isNamed(order, at, backup);
  const { hold, leavesAt, cancelled } = obstacles;
  return {
    addresses: [first, ...others],
    ...(hold && isNamed && has("held") && { hold: { at: hold.at, reason: hold.reason, ...(hold.until !== undefined && has("released") && { until: hold.until }) } }),
    ...(leavesAt !== undefined && has("shipped") && !maySeemHeld(order, at, vendors.tellings, backup) && { leavesAt }),
    ...(cancelled && has("cancelled") && { cancelled }),
  };
}

const SAYS_HELD = /[Ww]e cannot send your order|is still with us|is missing from our shelves|has not arrived yet|noch nicht ver(?:schicken|senden)|noch bei uns|fehlt in unserem Lager|fehlt bei uns|noch nicht (?:eingetroffen|da)\b|ne pouvons pas encore (?:expédier|envoyer)|est toujours chez nous|manque dans notre stock|n[’']est pas encore arrivé/;

/** Whether a word says that the order cannot leave, and asks what to do about it; a first one may say how things stand by then. */
export function asks({ text }: ReadMail): boolean {
  return SAYS_HELD.test(text.replaceAll(/\s+/g, " ").replaceAll("*", ""));
}

/** Whether an order has been kept from leaving by then. */
export function mayBeObstructed({ obstacles }: SimOrder, playbook: ObstaclePlaybook, by: Instant): boolean {
  return obstacles !== undefined && stretchesOf(obstacles, playbook).some(({ from }) => from <= by);
}

/** The stretch that holds an order at a moment. */
export function stretchAt(obstacles: Obstacles | undefined, playbook: ObstaclePlaybook, at: Instant): Stretch | undefined {
  return obstacles && stretchesOf(obstacles, playbook).find(({ from, until = Infinity }) => from <= at && at < until);
}

/** Whether the playbook speaks of an order: of what was wrong before it went live it never does. */
function isLive({ obstacles }: SimOrder, playbook: ObstaclePlaybook, { golive }: LedgerTruth): boolean {
  return obstacles !== undefined && stretchesOf(obstacles, playbook).every(({ from }) => from >= plus(golive, CLOCK_TOLERANCE));
}

function wordsOf(order: SimOrder, playbook: ObstaclePlaybook, { mails }: LedgerTruth): readonly ReadMail[] {
  return mails.filter((mail) => mail.order === order && WORDS[playbook].includes(mail.kind));
}

/** G1 and G7 in time: who is to be asked is, as soon as it is known; who was promised a word by a moment has it; who is held no more hears that. Or a person is called. */
export function judgeObstacles(claimed: Claims, truth: LedgerTruth, quietSince: Instant): void {
  const { now } = truth.world.schedule;
  if (now - quietSince < READ_WITHIN) return;
  for (const order of truth.orders.values()) {
    for (const playbook of order.obstacles === undefined ? [] : OBSTACLE_PLAYBOOKS) {
      if (!isLive(order, playbook, truth)) continue;
      const late = lateWord(order, playbook, truth, quietSince);
      if (late !== undefined && !isAttended(order, playbook, claimed, truth)) truth.world.violate("G1", `${order.reference} (${playbook}): ${late}, and nobody was told or paged`);
    }
  }
}

/** The word that should have come by now, by what was known early enough. */
function lateWord(order: SimOrder, playbook: ObstaclePlaybook, truth: LedgerTruth, quietSince: Instant): string | undefined {
  const { now } = truth.world.schedule;
  const words = wordsOf(order, playbook, truth);
  const said = words.filter(({ taken }) => !hasFailed(taken));
  const stretch = stretchAt(order.obstacles, playbook, now);
  const heldSince = (at: number): boolean => stretch !== undefined && stretch.from <= at && stretchAt(obstaclesAsKnown(order, instant(at), truth), playbook, instant(at))?.from === stretch.from;
  const asked = now - FIRST_WITHIN[playbook] - HOUR - READ_WITHIN;
  // Where it was heard of late that the one before had ended, this one went on in the books.
  const from = stretch?.from ?? now;
  const bookedFrom = Math.min(from, stretchAt(obstaclesAsKnown(order, from, truth), playbook, from)?.from ?? Infinity);
  if (stretch !== undefined && quietSince < asked && heldSince(asked) && !said.some(({ taken }) => taken.at >= bookedFrom)) return `it is held since ${iso(stretch.from)}`;
  const last = words.at(-1);
  // What a word promised that a restored backup has forgotten, nobody knows any more.
  const promised = last === undefined || isText(last.taken) || hasFailed(last.taken) || isLost(last.taken.at, truth.backup) ? undefined : nextWordBy(last);
  const by = promised === undefined ? Infinity : Math.max(promised, quietSince) + HOUR + READ_WITHIN;
  if (now >= by && heldSince(by - HOUR - READ_WITHIN) && last !== undefined) return `a word was promised by ${iso(promised as Instant)}`;
  return undefined;
}

/** Whether its customer cannot be reached, or it is somebody's open page. */
function isAttended(order: SimOrder, playbook: ObstaclePlaybook, claimed: Claims, truth: LedgerTruth): boolean {
  const own = caseOf(order, playbook, claimed, truth);
  return own?.standing === "unreachable" || (own?.standing === "due" && claimed.line.faults.unattended === 0) || !canBeTold(order, truth);
}

function caseOf(order: SimOrder, playbook: ObstaclePlaybook, claimed: Claims, { store }: LedgerTruth): ListedCase | undefined {
  return claimed.cases.find((each) => each.incidentId === obstacleIncident(store, order, playbook));
}

type Promised = Awaited<ReturnType<typeof promisesOfOrders>>[number];

/** G1, G2 and G7 at the end: what went on for long enough to be spoken of was, its end as well; and its promise stands with its time, and as it was kept. */
export function judgeEndOfObstacles(claimed: Claims, promises: readonly Promised[], truth: LedgerTruth): void {
  for (const order of truth.orders.values()) {
    if (order.obstacles === undefined) continue;
    judgeReleaseLearnt(order, truth);
    for (const playbook of OBSTACLE_PLAYBOOKS) {
      judgeSaid(order, playbook, claimed, truth);
      const own = caseOf(order, playbook, claimed, truth);
      for (const promise of promises) if (own !== undefined && promise.caseId === own.caseId && promise.kind === "first_notice_by") judgePromise(promise, order, playbook, truth);
    }
  }
}

/** Held by the books for this long, in calm, work has been asked after, also where there is more of it than one pull asks after. */
const ASKED_WITHIN: Milliseconds = DAY;

/** G1: a release that nobody told of is learnt by a pull, or its customer hears for ever that the order is held. */
function judgeReleaseLearnt(order: SimOrder, truth: LedgerTruth): void {
  const { now } = truth.world.schedule;
  const since = plus(now, -ASKED_WITHIN);
  const isHeldSince = obstaclesAsKnown(order, since, truth)?.hold !== undefined;
  const until = order.obstacles?.hold?.until;
  if (!isHeldSince || until === undefined || until > since || truth.vendors.heard.shopify.pulled < plus(since, ASKED_WITHIN / 2)) return;
  if (obstaclesAsKnown(order, now, truth)?.hold?.until === undefined) truth.world.violate("G1", `${order.reference} was released at ${iso(until)}, and no pull has asked after it`);
}

/** Known for this long, it is spoken of, whatever went wrong on the way. */
const SPOKEN_WITHIN: Milliseconds = DAY;

function judgeSaid(order: SimOrder, playbook: ObstaclePlaybook, claimed: Claims, truth: LedgerTruth): void {
  const { world } = truth;
  const { now } = world.schedule;
  const name = `${order.reference} (${playbook})`;
  const [, , ended] = WORDS[playbook];
  const words = wordsOf(order, playbook, truth);
  const stretches = order.obstacles === undefined ? [] : stretchesOf(order.obstacles, playbook).filter(({ from }) => from < now - SPOKEN_WITHIN);
  const own = caseOf(order, playbook, claimed, truth);
  if (own?.standing === "excused" && own.why === "put_right_before_told" && stretchAt(obstaclesAsKnown(order, plus(now, -NEWS_WITHIN), truth), playbook, plus(now, -NEWS_WITHIN)) !== undefined) world.violate("G1", `${name} is excused as put right, and is not`);
  judgeTwice(order, playbook, truth);
  if (!isLive(order, playbook, truth) || !canBeTold(order, truth)) return;
  const isSpoken = (stretch: Stretch): boolean => {
    const at = Math.max(plus(stretch.from, SPOKEN_WITHIN), hasHadAWayBy(order, stretch.from, truth));
    return stretchAt(obstaclesAsKnown(order, plus(stretch.from, NEWS_WITHIN), truth), playbook, plus(stretch.from, NEWS_WITHIN))?.from === stretch.from && (stretch.until ?? Infinity) > at;
  };
  for (const stretch of stretches.filter(isSpoken)) {
    if (!words.some(({ kind, taken }) => kind !== ended && taken.at >= stretch.from && taken.at <= (stretch.until ?? Infinity))) world.violate("G1", `${name} was held since ${iso(stretch.from)} for more than a day, and nobody was asked`);
  }
  // Of its end hears who was asked, as far as a restored backup still knows: but who cancels, or is cancelled, hears of that alone.
  const asked = words.findLast((word) => asks(word) && word.taken.answered && !hasFailed(word.taken) && !isLost(word.taken.at, truth.backup));
  const over = asked && stretches.findLast(({ from }) => from <= plus(asked.taken.at, CLOCK_TOLERANCE))?.until;
  if (over === undefined || over === order.obstacles?.cancelled?.at || over > now - SPOKEN_WITHIN) return;
  const isKnown = obstaclesAsKnown(order, plus(now, -SPOKEN_WITHIN), truth);
  if (isKnown === undefined || stretchesOf(isKnown, playbook).every(({ until }) => until !== over)) return;
  if (!words.some((word) => !asks(word) && word.taken.at >= plus(over, -CLOCK_TOLERANCE))) world.violate("G1", `${name} was asked, and never heard that it is settled since ${iso(over)}`);
}

/** G2: it is asked once, and said to be settled as often as it was. */
function judgeTwice(order: SimOrder, playbook: ObstaclePlaybook, truth: LedgerTruth): void {
  const [asked, , ended] = WORDS[playbook];
  const words = wordsOf(order, playbook, truth);
  const times = (kind: MailKind): number => {
    // A first word that is in doubt is told anew as things stand by then: over, it asks nothing.
    const own = words.filter((mail) => mail.kind === kind && (kind === ended || asks(mail)));
    return new Set(own.filter(({ taken }) => !own.some((other) => other.taken.at >= taken.at && other.taken.messageId !== taken.messageId && mayBeSaidAgain(taken, other.taken))).map(({ taken }) => taken.messageId)).size;
  };
  const stretches = order.obstacles === undefined ? 0 : stretchesOf(order.obstacles, playbook).length;
  for (const kind of [asked, ended]) if (times(kind) > stretches) truth.world.violate("G2", `${order.reference} was told ${times(kind)} times "${kind}" for ${stretches} obstacles`);
}

/** G7: a first word is promised from the moment of a failure, and the promise is kept by a word in time alone. */
function judgePromise({ state, dueAt }: Promised, order: SimOrder, playbook: ObstaclePlaybook, truth: LedgerTruth): void {
  const { world, golive } = truth;
  const { now } = world.schedule;
  const name = `the first word to ${order.reference} (${playbook}), promised by ${iso(dueAt)},`;
  const { addresses = [], hold } = order.obstacles ?? {};
  const starts = [...addresses.flatMap(({ at, wrong }) => (wrong === undefined ? [] : [at])), ...(hold === undefined ? [] : [hold.at])];
  if (!starts.some((at) => plus(at, FIRST_WITHIN[playbook]) === dueAt)) world.violate("G7", `${name} is counted from no moment at which anything was wrong`);
  if (dueAt < golive) return;
  // Of what left in hours that a restored backup has lost nobody knows when it left.
  const words = wordsOf(order, playbook, truth).filter(({ taken }) => !hasFailed(taken) && !isLost(taken.at, truth.backup));
  const inTime = words.some(({ taken }) => taken.at <= plus(dueAt, -CLOCK_TOLERANCE) && taken.answered);
  const perhaps = wordsOf(order, playbook, truth).some(({ taken }) => taken.at <= plus(dueAt, CLOCK_TOLERANCE));
  if (state === "broken" && inTime) world.violate("G7", `${name} is held to be broken, and was kept`);
  if (state === "kept" && !perhaps) world.violate("G7", `${name} is held to be kept, and was not`);
  const isSettled = state === "broken" || state === "kept" || state === "superseded";
  if (!isSettled && dueAt < now - BROKEN_WITHIN) world.violate("G7", `${name} is ${state} although its time ran out`);
}

import { HOUR, iso, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { tasksOpen } from "../../src/people/index.ts";
import type { SimOrder } from "../world/orders.ts";
import type { Script } from "../world/script.ts";
import type { Telling, Tellings } from "../world/tellings.ts";
import { isHeard } from "./journeys.ts";
import type { ReadMail } from "./mails.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";
import type { Claims, LedgerTruth } from "./truth.ts";

/** What is heard has taken effect, and its question has been put to a person, this long after. */
const ASKED_WITHIN: Milliseconds = 3 * HOUR;

/** A refund of which the shop says the opposite of what the processor did, and for how long. */
interface Disagreement {
  readonly refundId: string;
  readonly shop: "succeeded" | "failed";
  readonly processor: "succeeded" | "failed";
  readonly since: Instant;
  /** When the shop corrected its book. */
  readonly until?: Instant;
}

export function disagreementOf({ fate, facts }: SimOrder): Disagreement | undefined {
  if (fate.refund?.shopErrs === undefined) return undefined;
  const ended = facts.filter(({ refund }) => refund !== undefined && refund.status !== "pending").sort((a, b) => a.at - b.at);
  const wrong = ended.find(({ what }) => what === "refund");
  const [shop, processor] = [wrong?.refund?.status, ended.find(({ what }) => what === "refund at processor")?.refund?.status];
  if (wrong?.refund === undefined || shop === undefined || processor === undefined || shop === "pending" || processor === "pending") return undefined;
  const corrected = ended.find((fact) => fact.what === "refund" && fact.refund?.id === wrong.refund?.id && fact.at > wrong.at);
  return { refundId: wrong.refund.id, shop, processor, since: wrong.at, ...(corrected !== undefined && { until: corrected.at }) };
}

/** Whether the processor's word of how the disputed refund ended was surely known at `at`. */
function isProcessorKnown(order: SimOrder, { refundId }: Disagreement, at: Instant, tellings: Tellings, backup: Script["backup"]): boolean {
  const own = tellings.of(order);
  const has = (isIt: (fact: Telling["fact"]) => boolean): boolean => own.some((telling) => isIt(telling.fact) && isHeard(telling, at, backup));
  // The processor knows no orders: by the charge that the shop captured, or by the shop's word of the refund, it is this order's.
  const isNamed = has(({ what, refund }) => what === "captured" || (what === "refund" && refund?.id === refundId));
  return isNamed && has(({ what, refund }) => what === "refund at processor" && refund?.id === refundId && refund.status !== "pending");
}

/** Whether the shop's word that a refund was paid may have been all that was known of its end. */
export function mayBeMisled(order: SimOrder, at: Instant, tellings: Tellings, backup: Script["backup"]): boolean {
  const found = disagreementOf(order);
  return found?.shop === "succeeded" && found.since <= plus(at, CLOCK_TOLERANCE) && !isProcessorKnown(order, found, plus(at, -NEWS_WITHIN), tellings, backup);
}

/** Whether the shop has ever said of a refund that was paid that it failed. */
export function wasCalledFailed(order: SimOrder): boolean {
  return disagreementOf(order)?.shop === "failed";
}

/** Whoever was told by the shop's word that a refund failed is told right by hearing when it was sent. */
export function setsRight({ kind, order }: ReadMail): boolean {
  return kind === "refund sent" && wasCalledFailed(order);
}

/** Whether its reader was told that a refund was sent, and since then, while shop and processor disagreed, that it cannot be confirmed: that it went is news once more. */
export function isDoubtedSince(before: readonly ReadMail[]): boolean {
  const sent = before.findLast(({ kind }) => kind === "refund sent");
  return before.some(({ kind, order, taken }) => (kind === "refund late" || kind === "refund update") && disagreementOf(order) !== undefined && taken.at > (sent?.taken.at ?? Infinity));
}

/** Whether the shop still says that a refund failed which its processor paid: a person has the question, and nothing to tell yet. */
export function isUnsettled(order: SimOrder, at: Instant): boolean {
  return wasCalledFailed(order) && (disagreementOf(order)?.until ?? Infinity) > at;
}

/** What both say at a moment, as far as it was surely known then; undefined where they agree or one may not have been heard. */
function contradictionAt(order: SimOrder, at: Instant, tellings: Tellings, backup: Script["backup"]): Disagreement | undefined {
  const found = disagreementOf(order);
  if (found === undefined || (found.until ?? Infinity) <= plus(at, CLOCK_TOLERANCE)) return undefined;
  const isShopKnown = tellings.of(order).some((telling) => telling.fact.what === "refund" && telling.fact.refund?.id === found.refundId && telling.fact.at === found.since && isHeard(telling, at, backup));
  return isShopKnown && isProcessorKnown(order, found, at, tellings, backup) ? found : undefined;
}

/** That it came to nothing, was sent or is still to be sent; "whether it was paid" is none of these. */
const SAYS_ENDED = /did not go through|nicht durchgegangen|n’a pas abouti|has (?:now )?been (?:sent|paid)|wurde (?:jetzt )?ausgezahlt|ist (?:jetzt )?unterwegs|a maintenant été|have not sent it|noch nicht veranlasst|ne l’avons pas fait/;

/** G2: where both are known to disagree, no mail takes either side. */
export function wrongSides({ order, kind, text, taken }: ReadMail, tellings: Tellings, backup: Script["backup"]): string[] {
  if (kind !== "refund late" && kind !== "refund update") return [];
  const found = contradictionAt(order, plus(taken.at, -NEWS_WITHIN), tellings, backup);
  if (found === undefined || (found.until ?? Infinity) <= taken.at) return [];
  return SAYS_ENDED.test(text.replaceAll(/\s+/g, " ")) ? [`it takes a side where the shop says ${found.shop} and the processor ${found.processor}, as is known`] : [];
}

/** G2: whoever owns the money of a case hears that the shop and the processor disagree about it, and what each says. */
export function judgeAsked(asked: Awaited<ReturnType<typeof tasksOpen>>, claimed: Claims, { world, orders, vendors, backup, golive }: LedgerTruth, quietSince: Instant): void {
  const { now } = world.schedule;
  if (now - quietSince < ASKED_WITHIN) return;
  for (const order of orders.values()) {
    const found = contradictionAt(order, plus(now, -ASKED_WITHIN), vendors.tellings, backup);
    if (found === undefined || found.since < golive + CLOCK_TOLERANCE) continue;
    const cases = claimed.cases.filter(({ orderId, standing, why }) => orderId === order.orderId && !(standing === "excused" && (why === "shadow" || why === "history")));
    const says = [`re_sample${found.refundId}`, `shopify says ${found.shop}`, `stripe says ${found.processor}`];
    const isAsked = asked.some(({ about, what }) => cases.some(({ caseId }) => about === `case/${caseId}`) && says.every((words) => what.includes(words)));
    // Where no case is open nothing is said to anybody that the contradiction could make untrue.
    if (cases.length > 0 && !isAsked) world.violate("G2", `${order.reference}: the shop says ${found.shop} and the processor ${found.processor} since ${iso(found.since)}, and no person was asked which is right`);
  }
}

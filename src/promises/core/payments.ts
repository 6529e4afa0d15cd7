import { earliest, HOUR, type Instant, MINUTE, type Milliseconds } from "../../base/time.ts";
import type { OrderView, PaymentHistory } from "../../commerce/index.ts";
import type { Obligation, Outcome } from "./obligations.ts";

/** Somebody who has failed this often within this time has a reason to give up. */
const OFTEN = 3;
const SOON: Milliseconds = HOUR;

/** What is known of somebody's failed tries to pay for an order or a checkout. */
export interface Tries {
  /** When the first of them failed. */
  readonly since: Instant;
  /** When the third within an hour failed, if one did. */
  readonly againAt?: Instant;
  /** How it ended, if it did: the first of what happened. */
  readonly end?: { readonly at: Instant; readonly how: "paid" | "placed" | "called_off" };
  /** It has not ended, and a payment that failed has gone on since, it is to be paid later, or the goods leave all the same: nobody can say that it failed for good. */
  readonly isTryingAgain: boolean;
}

/** The failed tries to pay for an order; undefined where there were none, or where the shop only tests. */
export function triesOf(order: OrderView): Tries | undefined {
  const payments = Object.values(order.doc.payments);
  const failed = payments.flatMap((payment) => triesIn(order, payment));
  const [first, ...rest] = failed;
  if (first === undefined || order.doc.details?.value.test === true) return undefined;
  const last = Math.max(...failed);
  const bySource = [...Map.groupBy(payments, ({ source }) => source).values()];
  // The shop and its processor may tell of the same tries: their counts are never added.
  const often = bySource.flatMap((ofSource) => thirdOf(ofSource.flatMap((payment) => triesIn(order, payment))) ?? []);
  const [one, ...others] = often;
  const end = endOf(order);
  return {
    since: earliest(first, ...rest),
    ...(one !== undefined && { againAt: earliest(one, ...others) }),
    ...(end && { end }),
    isTryingAgain: end === undefined && (Object.keys(order.doc.parcels).length > 0 || payments.some((payment) => payment.at > last && goesOn(payment))),
  };
}

function goesOn({ value: { status, why }, tries }: PaymentHistory): boolean {
  return status === "pending" && (tries !== undefined || why === "paid_later");
}

/** Shop and processor stamp one act a little apart. */
const STAMPS_APART: Milliseconds = MINUTE;

/**
 * When tries of a payment failed. Those before the order that it paid for was placed were made at the order's checkout,
 * which is a subject of its own: nobody is counted twice for them.
 */
function triesIn({ doc: { details, checkout } }: OrderView, { tries, succeededAt }: PaymentHistory): readonly Instant[] {
  const failed = Object.values(tries ?? {});
  const placedAt = checkout === undefined ? details?.value.placedAt : undefined;
  const isPlacedWith = placedAt !== undefined && succeededAt !== undefined && succeededAt <= placedAt + STAMPS_APART;
  return isPlacedWith ? failed.filter((at) => at > placedAt) : failed;
}

function thirdOf(tries: readonly Instant[]): Instant | undefined {
  const inOrder = tries.toSorted((a, b) => a - b);
  return inOrder.find((at, index) => index >= OFTEN - 1 && at - (inOrder[index - OFTEN + 1] as Instant) <= SOON);
}

function endOf({ doc }: OrderView): Tries["end"] {
  const { completedAt, cancellation } = doc;
  const ends: readonly NonNullable<Tries["end"]>[] = [
    ...Object.values(doc.payments).flatMap(({ succeededAt: at }) => (at === undefined ? [] : [{ at, how: "paid" as const }])),
    ...(completedAt === undefined ? [] : [{ at: completedAt, how: "placed" as const }]),
    ...(cancellation === undefined ? [] : [{ at: cancellation.at, how: "called_off" as const }]),
  ];
  return ends.toSorted((a, b) => a.at - b.at)[0];
}

/** Whether the thing is about a payment that failed. */
export function isOfPayment(thing: string): boolean {
  return thing.startsWith("payment/");
}

/**
 * That a failed payment is noticed before its customer has given up: one thing for each order or checkout, for ever.
 * Only of somebody who can be reached: a basket that nobody tried to pay for, or that names nobody, is not ours to write about.
 */
export function triesToHear(order: OrderView): readonly Obligation[] {
  const tries = triesOf(order);
  const canBeReached = !order.redacted && (order.contact.email ?? "") !== "";
  if (tries === undefined || !canBeReached) return [];
  const base = { things: [`payment/${order.orderId}`], outcome: outcomeOf(tries) };
  const single: Obligation = { starts: "payment.failed", since: tries.since, ...base };
  return tries.againAt === undefined ? [single] : [single, { starts: "payment.failed_again", since: tries.againAt, ...base }];
}

/** What became of somebody's failed tries; undefined where there were none after all. */
export function outcomeOfTries(order: OrderView): Outcome | undefined {
  const tries = triesOf(order);
  return tries && outcomeOf(tries);
}

function outcomeOf({ end }: Tries): Outcome {
  if (end === undefined) return { kind: "open" };
  return end.how === "called_off" ? { kind: "withdrawn", at: end.at, because: "the order was cancelled", isOver: true } : { kind: "kept", at: end.at };
}

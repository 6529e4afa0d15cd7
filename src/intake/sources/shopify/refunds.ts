import { add, type Money, money } from "../../../base/money.ts";
import { type Instant, latest } from "../../../base/time.ts";
import type { FactOf, RefundStatus } from "../../core/event.ts";
import { amountOf, present } from "../payload.ts";
import { onlyRefundOf } from "../processors/find.ts";
import { exactId, type MoneySet, type Refund, type Transaction } from "./payloads.ts";
import { type Names, processorIds, processorRefs } from "./processor-ids.ts";

/** What the shop's books say of one refund. Undefined when no money is to move (a restock, or the void of an authorisation). */
export function refundFact(refund: Refund, names: Names, orderCurrency?: string): FactOf<"refund.recorded"> | undefined {
  const moves = lastTries(refund.transactions ?? []);
  const amount = moves.length > 0 ? sumOf(moves, orderCurrency) : sumOfLines(refund);
  const onlyVoids = moves.length === 0 && (refund.transactions ?? []).length > 0;
  if (onlyVoids || !amount || amount.minor === 0) return undefined;
  const failed = moves.find((move) => hasFailed(move));
  return present<FactOf<"refund.recorded">>({
    kind: "refund.recorded",
    refundId: `${names.shop}/${exactId(refund)}`,
    view: "shop",
    status: statusOf(moves),
    amount,
    processorRef: onlyRefundOf(processorIds(moves, names)),
    why: failed ? (failed.error_code ?? failed.status) : undefined,
  });
}

/** The processor's names of what this refund paid back: they lead from the processor's events to the order. */
export function refundRefs(refund: Refund, names: Names): readonly string[] {
  return processorRefs(refund.transactions ?? [], names);
}

/** As of when a refund on its own speaks: the last thing that happened to it. */
export function refundMoment(refund: Refund): Instant | undefined {
  const moments = [refund, ...(refund.transactions ?? [])].flatMap((each) => [each.created_at, each.processed_at]).filter((at) => at != null);
  const [first, ...rest] = moments;
  return first === undefined ? undefined : latest(first, ...rest);
}

/** A refund that failed is tried again as a new transaction of the same parent: the last one counts. */
function lastTries(transactions: readonly Transaction[]): readonly Transaction[] {
  const byParent = new Map<string, Transaction>();
  const inTime = transactions.filter(({ kind }) => kind === "refund").sort((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0));
  for (const each of inTime) {
    const key = each.parent_id ?? exactId(each);
    const before = byParent.get(key);
    byParent.set(before && !hasFailed(before) ? `${key}+${exactId(each)}` : key, each);
  }
  return [...byParent.values()];
}

function hasFailed({ status }: Transaction): boolean {
  return status === "failure" || status === "error";
}

/** Without a transaction the shop has only written down that it owes the refund. */
function statusOf(moves: readonly Transaction[]): RefundStatus {
  if (moves.length === 0) return "requested";
  if (moves.some(hasFailed)) return "failed";
  return moves.every(({ status }) => status === "success") ? "succeeded" : "pending";
}

function sumOf(moves: readonly Transaction[], orderCurrency: string | undefined): Money | undefined {
  return total(moves.map(({ amount, currency }) => (amount ? amountOf(amount, currency ?? orderCurrency ?? "") : undefined)));
}

function sumOfLines(refund: Refund): Money | undefined {
  const lines = (refund.refund_line_items ?? []).flatMap((line) => [shown(line.subtotal_set), shown(line.total_tax_set)]);
  // Adjustments are negative where they give money back (shipping), positive where they keep some.
  const adjustments = (refund.order_adjustments ?? []).flatMap((each) => [shown(each.amount_set), shown(each.tax_amount_set)]).map(negated);
  const sum = total([...lines, ...adjustments]);
  return sum && sum.minor > 0 ? sum : undefined;
}

/** The amount in the currency that the customer saw. */
function shown(set: MoneySet | null | undefined): Money | undefined {
  const pair = set?.presentment_money ?? set?.shop_money;
  return pair ? amountOf(pair.amount, pair.currency_code) : undefined;
}

function negated(amount: Money | undefined): Money | undefined {
  return amount && money(amount.minor === 0 ? 0 : -amount.minor, amount.currency);
}

function total(amounts: readonly (Money | undefined)[]): Money | undefined {
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, amount) => add(sum, amount));
}

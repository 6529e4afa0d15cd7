import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { earliest, type Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { addressOf, delayOf, holdOf, matterOf, moneyOf, parcelOf, paymentOf, speakableReason, thingOfCause, withdrawalOf } from "../detection/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { addSpan, type Calendar } from "../promises/index.ts";
import type { CaseEvidence } from "./core/facts.ts";
import type { StandingChange } from "./core/model.ts";
import type { AddSpan } from "./core/notices.ts";

/**
 * Takes back what has not left: withdraws the messages of these notices that are still ready or held.
 * It never waits for a lock: what another worker holds is leaving.
 */
export type Recall = (tx: Tx, store: StoreId, noticeIds: readonly string[], now: Instant) => Promise<Recalled>;

/** What became of notices that were to be taken back; those in neither have left, or are leaving. */
export interface Recalled {
  /** Nothing of them has left or can leave any more. */
  readonly back: ReadonlySet<string>;
  /** Nobody knows whether they left. */
  readonly inDoubt: ReadonlySet<string>;
}

/** What left of these notices and did not come back, as outreach's ledger has it. */
export type HeardOf = (tx: Tx, store: StoreId, noticeIds: readonly string[]) => Promise<readonly StandingChange[]>;

/** A word that reached nobody, and over which channels its playbook may say it. */
export interface UnheardWord {
  readonly noticeId: string;
  readonly order: OrderView;
  readonly channels: readonly string[];
}

/** Of words that reached nobody, by notice: those whose person can be written to by now at an address that has not failed them. */
export type OpenWays = (tx: Tx, store: StoreId, unheard: readonly UnheardWord[]) => Promise<ReadonlySet<string>>;

/** What this stage needs to know of a store. */
export interface IncidentContext {
  /** The store's playbooks as they are now. Cases keep the version they started with. */
  readonly playbooks: readonly Playbook[];
  readonly calendar: Calendar;
  /** The sources that follow each parcel. */
  readonly trackers: readonly string[];
  /** From outreach, which knows what has left. */
  readonly recall: Recall;
  readonly heardOf: HeardOf;
  readonly openWays: OpenWays;
}

export function addSpanOf(context: IncidentContext): AddSpan {
  return (from, span) => addSpan(from, span, context.calendar);
}

/** What the order's sources show of a case with this cause. */
export function evidenceOf(context: IncidentContext, order: OrderView, cause: string): CaseEvidence {
  const matter = matterOf(cause);
  if (matter === "delay") return { matter, ...delayOf(order, context.trackers) };
  if (matter === "address") return { matter, ...addressOf(order) };
  if (matter === "payment") return { matter, ...paymentOf(order) };
  if (matter === "hold") return { matter, ...holdOf(order, cause) };
  if (matter === "standstill" || matter === "loss") return { matter, ...parcelOf(order, cause) };
  const money = { reason: speakableReason(order), money: moneyOf(order, cause), thing: thingOfCause(cause), refundByPolicy: refundByPolicyOf(context, order) };
  return matter === "withdrawal" ? { matter, ...money, ...withdrawalOf(order, context.trackers) } : { matter, ...money };
}

/** By when the strictest policy of the store would have the money of a cancelled order sent: for texts about orders whose payment is unclear. */
function refundByPolicyOf(context: IncidentContext, order: OrderView): Instant | undefined {
  const from = order.doc.cancellation?.at;
  if (from === undefined) return undefined;
  const rules = context.playbooks.flatMap((playbook) => playbook.promises).filter((rule) => rule.starts === "refund.owed" && rule.countries.length === 0);
  const [first, ...rest] = rules.map((rule) => addSpanOf(context)(from, rule.due));
  return first && earliest(first, ...rest);
}

import { invariant, never } from "../../base/errors.ts";
import { inZone, type Instant, type Zone } from "../../base/time.ts";
import type { AddressView, DelayView, HoldView, MoneyView, ParcelView, PaymentView, SpeakableReason, WithdrawalView } from "../../detection/index.ts";
import type { Playbook } from "../../playbooks/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { delayFacts } from "./delay-facts.ts";
import type { CaseFacts, FactValue } from "./model.ts";
import { lossState, parcelState, parcelValues } from "./parcel-facts.ts";

/** What the order's sources show of a case, as detection reads them. */
export type CaseEvidence =
  | ({ readonly matter: "cancellation" | "money" } & MoneyEvidence)
  | ({ readonly matter: "withdrawal" } & MoneyEvidence & WithdrawalView)
  | ({ readonly matter: "standstill" | "loss" } & ParcelView)
  | ({ readonly matter: "address" } & AddressView)
  | ({ readonly matter: "hold" } & HoldView)
  | ({ readonly matter: "payment" } & PaymentView)
  | ({ readonly matter: "delay" } & DelayView);

interface MoneyEvidence {
  readonly reason: SpeakableReason;
  readonly money: MoneyView;
  /** The ledger's name of the money that the case is about. */
  readonly thing: string;
  /** By when the money is due where no promise says so: the strictest policy, counted from the cancellation. */
  readonly refundByPolicy: Instant | undefined;
}

/** What a case's facts are made from. */
export interface FactSources {
  readonly playbook: Playbook;
  readonly cause: string;
  readonly evidence: CaseEvidence;
  /** Every promise of the order. */
  readonly promises: readonly StorePromise[];
}

export interface FactsFound {
  readonly facts: CaseFacts;
  /** Where sources disagree: what each says. */
  readonly conflict: string | undefined;
  /** What a person has to find out. */
  readonly ask: string | undefined;
}

/** The truths of a case that its texts may use, from evidence alone. */
export function factsOf({ playbook, cause, evidence, promises }: FactSources): FactsFound {
  switch (evidence.matter) {
    case "cancellation":
    case "money":
      return moneyFacts(playbook, evidence, promises);
    case "withdrawal":
      return withdrawalFacts(playbook, evidence, promises);
    case "standstill":
      return plainFacts(playbook, { parcel: parcelState(cause, evidence, promises) }, parcelValues(evidence));
    case "loss":
      return plainFacts(playbook, { loss: lossState(evidence) }, parcelValues(evidence));
    case "address":
      return plainFacts(playbook, { address: evidence.state, part: evidence.part }, {});
    case "hold":
      return plainFacts(playbook, { hold: evidence.state }, {});
    case "payment":
      return paymentFacts(playbook, evidence);
    case "delay": {
      const { choices, values, ask } = delayFacts(evidence, promises);
      return { ...plainFacts(playbook, choices, values), ask };
    }
    default:
      return never(evidence);
  }
}

function plainFacts(playbook: Playbook, found: Readonly<Record<string, string>>, values: Record<string, FactValue>): FactsFound {
  return { facts: { choices: chosen(playbook, found), values }, conflict: undefined, ask: undefined };
}

function paymentFacts(playbook: Playbook, { state, charge, goods, followUps, amount }: PaymentView): FactsFound {
  return plainFacts(playbook, { payment: state, charge, goods, follow_ups: followUps }, amount === undefined ? {} : { amount: { money: amount } });
}

function withdrawalFacts(playbook: Playbook, evidence: MoneyEvidence & WithdrawalView, promises: readonly StorePromise[]): FactsFound {
  const { facts, conflict, ask } = moneyFacts(playbook, evidence, promises);
  const { goods, declaredAt, isCancelledInShop } = evidence;
  const values = declaredAt === undefined ? facts.values : { ...facts.values, declared_at: { at: declaredAt } };
  const stop = goods === "with_store" && !isCancelledInShop ? "The customer withdrew from the contract. Cancel the order in the shop before it leaves, and refund it in full." : undefined;
  return { conflict, ask: ask ?? stop, facts: { choices: { ...facts.choices, ...chosen(playbook, { goods }) }, values } };
}

function moneyFacts(playbook: Playbook, evidence: MoneyEvidence, promises: readonly StorePromise[]): FactsFound {
  const { reason, money } = evidence;
  const choices = chosen(playbook, { reason: reason.say, money: money.state });
  // Both may be disputed, and each is a question of its own.
  const conflicts = ["reason" in choices ? reason.conflict : undefined, money.conflict].filter((each) => each !== undefined);
  const conflict = conflicts.length === 0 ? undefined : conflicts.join(" ");
  const ask = conflict === undefined ? money.ask : `Find out which is right and correct the other. ${conflict}`;
  return { facts: { choices, values: moneyValues(evidence, promises) }, conflict, ask };
}

/** Only what the playbook branches on. A value that its closed list lacks would be a text with a hole. */
function chosen(playbook: Playbook, found: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.entries(found).filter(([choice]) => Object.hasOwn(playbook.choices, choice));
  for (const [choice, value] of known) {
    invariant(playbook.choices[choice]?.includes(value), `playbook ${playbook.slug} to list ${value} among its values of ${choice}`);
  }
  return Object.fromEntries(known);
}

function moneyValues({ money, thing, refundByPolicy }: MoneyEvidence, promises: readonly StorePromise[]): Record<string, FactValue> {
  const refunds = promises.filter((promise) => promise.kind === "refund_by" && promise.state !== "superseded" && promise.thing === thing);
  const open = firstDue(refunds.filter((promise) => promise.state === "open" || promise.state === "suspended"));
  const broken = firstDue(refunds.filter((promise) => promise.state === "broken"));
  const refundBy = open ?? firstDue(refunds) ?? refundByPolicy;
  return {
    ...(money.amount !== undefined && { amount: { money: money.amount } }),
    ...(refundBy !== undefined && { refund_by: { day: refundBy } }),
    ...(broken !== undefined && { promised_by: { day: broken } }),
    ...(money.sentAt !== undefined && { sent_on: { day: money.sentAt } }),
  };
}

function firstDue(promises: readonly StorePromise[]): Instant | undefined {
  return promises.map((promise) => promise.dueAt).sort((a, b) => a - b)[0];
}

/** Whether a reader whose days are those of `zone` would see a difference. When the next word comes is no news by itself. */
export function saysTheSame(a: CaseFacts, b: CaseFacts, zone: Zone): boolean {
  return canonical(a, zone) === canonical(b, zone);
}

function canonical(facts: CaseFacts, zone: Zone): string {
  const { next_update_by: _, ...values } = facts.values;
  const shown = Object.entries(values).map(([name, value]) => [name, "day" in value ? { day: inZone(value.day, zone).toPlainDate().toString() } : value]);
  return JSON.stringify({ choices: facts.choices, values: Object.fromEntries(shown) }, (_key, value: unknown) => (isRecord(value) ? sorted(value) : value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The facts with the moment until which the reader hears from the store again at the latest. */
export function withNextUpdate(facts: CaseFacts, at: Instant | undefined): CaseFacts {
  const { next_update_by: _, ...values } = facts.values;
  return { choices: facts.choices, values: at === undefined ? values : { ...values, next_update_by: { at } } };
}

export function nextUpdateOf(facts: CaseFacts): Instant | undefined {
  const value = facts.values["next_update_by"];
  return value !== undefined && "at" in value ? value.at : undefined;
}

import { invariant } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import type { MoneyView, SpeakableReason } from "../../detection/index.ts";
import type { Playbook } from "../../playbooks/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { CaseFacts, FactValue } from "./model.ts";

/** What the order's sources show of a case, as detection reads them. */
export interface CaseEvidence {
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
export function factsOf(sources: FactSources): FactsFound {
  const { playbook, evidence } = sources;
  const { reason, money } = evidence;
  const choices = chosen(playbook, { reason: reason.say, money: money.state });
  const conflict = "reason" in choices ? (reason.conflict ?? money.conflict) : money.conflict;
  const ask = conflict === undefined ? money.ask : `Find out which is right and correct the other. ${conflict}`;
  return { facts: { choices, values: valuesOf(sources) }, conflict, ask };
}

/** Only what the playbook branches on. A value that its closed list lacks would be a text with a hole. */
function chosen(playbook: Playbook, found: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.entries(found).filter(([choice]) => Object.hasOwn(playbook.choices, choice));
  for (const [choice, value] of known) {
    invariant(playbook.choices[choice]?.includes(value), `playbook ${playbook.slug} to list ${value} among its values of ${choice}`);
  }
  return Object.fromEntries(known);
}

function valuesOf({ promises, evidence }: FactSources): Record<string, FactValue> {
  const { money, thing, refundByPolicy } = evidence;
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

/** Whether a reader would see a difference. When the next word comes is no news by itself. */
export function saysTheSame(a: CaseFacts, b: CaseFacts): boolean {
  return canonical(a) === canonical(b);
}

function canonical(facts: CaseFacts): string {
  const { next_update_by: _, ...values } = facts.values;
  return JSON.stringify({ choices: facts.choices, values }, (_key, value: unknown) => (isRecord(value) ? sorted(value) : value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether money is still with the store, so that the customer waits for it. */
export function isOwed(facts: CaseFacts): boolean {
  const { money } = facts.choices;
  return money === "due" || money === "failed" || money === "unclear";
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

import { never } from "../../base/errors.ts";
import { uuidOf, type StoreId } from "../../base/ids.ts";
import { latest, MINUTE, type Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Finding } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { factsOf, withNextUpdate, type CaseEvidence } from "./facts.ts";
import { hearsMore, isCalledOff, isOwnChoice, isWaiting } from "./news.ts";
import type { CaseFacts, ExcusedReason, LiveBook, Standing } from "./model.ts";
import { nextUpdateAfter, noticeId, ruleFromScratch, type AddSpan, type Notice } from "./notices.ts";

/** What opening a case needs beside the finding. */
export interface OpeningContext {
  readonly store: StoreId;
  readonly live: LiveBook;
  readonly addSpan: AddSpan;
  /** Every promise of the finding's order. */
  readonly promises: readonly StorePromise[];
  readonly evidence: CaseEvidence;
  /** An import of the past told of it, and it had gone wrong by then. */
  readonly imported: boolean;
}

/** Everything that a finding opens. */
export interface Opening {
  readonly incidentId: string;
  readonly caseId: string;
  readonly finding: Finding;
  readonly shadow: boolean;
  readonly facts: CaseFacts;
  /** What is common to all of the incident's cases. */
  readonly statement: Readonly<Record<string, string>>;
  readonly standing: Standing;
  readonly tellBy: Instant;
  readonly conflict: string | undefined;
  readonly ask: string | undefined;
  readonly notice: Notice | undefined;
}

/** The incident, its one case and its first word, as they stand at `now`. */
export function openingOf(finding: Finding, context: OpeningContext, now: Instant): Opening {
  const { store, live, addSpan, promises, evidence } = context;
  const { playbook, order, cause } = finding;
  const found = factsOf({ playbook, cause, evidence, promises });
  const rule = ruleFromScratch(playbook, found.facts);
  const tellBy = addSpan(finding.at, rule.within);
  const facts = hearsMore(found.facts) ? withNextUpdate(found.facts, nextUpdateAfter(playbook, rule.kind, latest(tellBy, now), addSpan)) : found.facts;
  // What an import tells of the past would not have been said either, so that shadow mode does not list it.
  const shadow = live.speaksSince(playbook.slug) === undefined && !context.imported;
  const why = shadow ? "shadow" : excuseAtOpening(finding, context, facts);
  // A function of the order and what went wrong on it.
  const incidentId = uuidOf(store, "incident", playbook.slug, order.orderId, cause);
  const caseId = uuidOf(store, "case", incidentId, order.recipient, order.orderId);
  const key = { incidentId, recipient: order.recipient, kind: rule.kind, statementVersion: 1, factsRevision: 1, causeAt: finding.at };
  const notice = { ...key, id: noticeId(store, key), caseId, orderId: order.orderId, facts, tellBy };
  return {
    incidentId,
    caseId,
    finding,
    shadow,
    facts,
    statement: statementOf(facts),
    standing: why === undefined ? { kind: "due", until: tellBy } : { kind: "excused", why },
    tellBy,
    conflict: found.conflict,
    ask: found.ask,
    // In shadow the words are written as well: what would have been said.
    notice: why === undefined || shadow ? notice : undefined,
  };
}

/** Why nothing needs to be said although it could be. */
function excuseAtOpening({ playbook, order, at }: Finding, { evidence: { matter }, imported, live }: OpeningContext, facts: CaseFacts): ExcusedReason | undefined {
  const since = live.speaksSince(playbook.slug);
  if (order.redacted) return "redacted";
  if (imported || (since !== undefined && at < since)) return "history";
  if (saidByShop(order, matter, at)) return "said_by_shop";
  return isPutRight(matter, facts) ? "put_right_before_told" : undefined;
}

/** A case about money alone needs no word once the customer has the money, one about goods none once they go on. That it is called off is confirmed. */
export function isPutRight(matter: CaseEvidence["matter"], { choices }: CaseFacts): boolean {
  switch (matter) {
    case "cancellation":
    case "withdrawal":
      return false;
    case "money":
      return choices["money"] === "settled";
    case "standstill":
    case "address":
    case "hold":
    case "payment":
      return !isWaiting({ choices });
    case "delay":
      return !isWaiting({ choices }) && !isCalledOff({ choices });
    case "loss":
      return choices["loss"] === "moving" || choices["loss"] === "ready" || choices["loss"] === "delivered" || choices["loss"] === "called_off";
    default:
      return never(matter);
  }
}

/** Shop and vendor stamp one act a little apart: words this much older than the act still speak of it. */
const SAID_TOLERANCE = 10 * MINUTE;

/**
 * Whether the shop's own mail told the customer of it. Of a cancellation only: its mail about a refund says that
 * one was made, not that it failed or is late.
 */
export function saidByShop(order: OrderView, matter: CaseEvidence["matter"], at: Instant): boolean {
  return matter === "cancellation" && isSaid(order, "cancellation", at);
}

/** Whether the shop's own mail told the customer that the refund was sent. */
export function refundSaidByShop(order: OrderView, at: Instant): boolean {
  return isSaid(order, "refund", at);
}

function isSaid(order: OrderView, about: "cancellation" | "refund", at: Instant): boolean {
  return Object.values(order.doc.said).some((said) => said.value.about === about && said.at >= at - SAID_TOLERANCE);
}

/** What is common to all cases of an incident: everything but where each of them stands. */
export function statementOf(facts: CaseFacts): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(facts.choices).filter(([choice]) => !isOwnChoice(choice)));
}

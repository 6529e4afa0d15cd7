import { invariant } from "../../base/errors.ts";
import { uuidOf, type StoreId } from "../../base/ids.ts";
import { MINUTE, type Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Finding } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { factsOf, isOwed, withNextUpdate, type CaseEvidence } from "./facts.ts";
import type { CaseFacts, ExcusedReason, LiveBook, Standing } from "./model.ts";
import { nextUpdateAfter, noticeId, noticeRuleFor, type AddSpan, type Notice } from "./notices.ts";

/** What opening a case needs beside the finding. */
export interface OpeningContext {
  readonly store: StoreId;
  readonly live: LiveBook;
  readonly addSpan: AddSpan;
  /** Every promise of the finding's order. */
  readonly promises: readonly StorePromise[];
  readonly evidence: CaseEvidence;
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
export function openingOf(finding: Finding, context: OpeningContext): Opening {
  const { store, live, addSpan, promises, evidence } = context;
  const { playbook, order, cause } = finding;
  const rule = noticeRuleFor(playbook, "opened");
  invariant(rule, `playbook ${playbook.slug} to have a notice for the moment "opened"`);
  const found = factsOf({ playbook, evidence, promises });
  const tellBy = addSpan(finding.at, rule.within);
  const facts = isOwed(found.facts) ? withNextUpdate(found.facts, nextUpdateAfter(playbook, tellBy, addSpan)) : found.facts;
  const shadow = live.speaksSince(playbook.slug) === undefined;
  const why = shadow ? "shadow" : excuseAtOpening(finding, facts, live);
  // A function of the order and what went wrong on it.
  const incidentId = uuidOf(store, "incident", playbook.slug, order.orderId, cause);
  const caseId = uuidOf(store, "case", incidentId, order.recipient, order.orderId);
  const key = { incidentId, recipient: order.recipient, kind: rule.kind, statementVersion: 1, factsRevision: 1 };
  const notice = { ...key, id: noticeId(store, key), caseId, orderId: order.orderId, facts, causeAt: finding.at, tellBy };
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
function excuseAtOpening({ playbook, order, cause, at }: Finding, facts: CaseFacts, live: LiveBook): ExcusedReason | undefined {
  const since = live.speaksSince(playbook.slug);
  if (order.redacted) return "redacted";
  if (since !== undefined && at < since) return "history";
  if (saidByShop(order, cause, at)) return "said_by_shop";
  return isPutRight(cause, facts) ? "put_right_before_due" : undefined;
}

/** Whether a case is about money alone (`refund/<id>`, `refund/cancelled`) and not about what happened to its order. */
export function isAboutMoney(cause: string): boolean {
  return cause.startsWith("refund/");
}

/** A case about money alone needs no word once the customer has the money. */
export function isPutRight(cause: string, facts: CaseFacts): boolean {
  return isAboutMoney(cause) && facts.choices["money"] === "settled";
}

/** Shop and vendor stamp one act a little apart: words this much older than the act still speak of it. */
const SAID_TOLERANCE = 10 * MINUTE;

/**
 * Whether the shop's own mail told the customer of it. Of a cancellation only: its mail about a refund says that
 * one was made, not that it failed or is late.
 */
export function saidByShop(order: OrderView, cause: string, at: Instant): boolean {
  return !isAboutMoney(cause) && isSaid(order, "cancellation", at);
}

/** Whether the shop's own mail told the customer that the refund was sent. */
export function refundSaidByShop(order: OrderView, at: Instant): boolean {
  return isSaid(order, "refund", at);
}

function isSaid(order: OrderView, about: "cancellation" | "refund", at: Instant): boolean {
  return Object.values(order.doc.said).some((said) => said.value.about === about && said.at >= at - SAID_TOLERANCE);
}

/** What is common to all cases of an incident: everything but the case's own money. */
export function statementOf(facts: CaseFacts): Readonly<Record<string, string>> {
  const { money: _, ...common } = facts.choices;
  return common;
}

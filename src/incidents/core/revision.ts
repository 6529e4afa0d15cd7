import { never } from "../../base/errors.ts";
import type { StoreId } from "../../base/ids.ts";
import { DAY, latest, type Instant, type Milliseconds, type Zone } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { CaseMoment, NoticeRule, Playbook } from "../../playbooks/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { type CaseEvidence, factsOf, nextUpdateOf, saysTheSame, withNextUpdate } from "./facts.ts";
import type { CaseFacts, ExcusedReason, Standing } from "./model.ts";
import { nextUpdateAfter, noticeId, noticeRuleFor, ruleFromScratch, type AddSpan, type Notice } from "./notices.ts";
import { hearsMore, isAnswer, momentOf } from "./news.ts";
import { isPutRight, refundSaidByShop, saidByShop, statementOf } from "./opening.ts";

/** A case as it stands, with what its order's facts are now. */
export interface CaseInView {
  readonly store: StoreId;
  readonly caseId: string;
  readonly incidentId: string;
  readonly recipient: string;
  readonly cause: string;
  readonly shadow: boolean;
  readonly openedAt: Instant;
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  /** What each source was known to say, where they disagree. */
  readonly conflict: string | undefined;
  readonly statementVersion: number;
  readonly standing: Standing;
  /** It reached nobody, and somebody can be reached by now. */
  readonly wayOpened: boolean;
  readonly tellBy: Instant;
  readonly noticeId: string | undefined;
  /** The notices that were not withdrawn, oldest first. */
  readonly notices: readonly SaidNotice[];
  readonly playbook: Playbook;
  readonly order: OrderView;
  /** Whose days its reader is shown. */
  readonly zone: Zone;
  /** Every promise of the order. */
  readonly promises: readonly StorePromise[];
  readonly evidence: CaseEvidence;
}

export interface SaidNotice {
  readonly id: string;
  readonly kind: string;
  readonly facts: CaseFacts;
  readonly causeAt: Instant;
  readonly tellBy: Instant;
}

/** The word that was due has not left and never will. */
export interface TakenBack {
  readonly kind: "taken back";
  /** Where the word before it stands, if that one left and did not come back. */
  readonly before: Standing | undefined;
  /** The newest of the words before it that left and did not come back. */
  readonly heard: SaidNotice | undefined;
}

/** Nobody knows whether the word that is due has left. */
export interface InDoubt extends Pick<TakenBack, "heard"> {
  readonly kind: "in doubt";
}

/** A word is tried again this long after it was due, where a way opens: later it is of no more use to its reader. */
export const WORTH_TELLING: Milliseconds = 30 * DAY;

/** What a look at the order's present facts finds about a case. */
export interface Review {
  readonly facts: CaseFacts;
  readonly conflict: string | undefined;
  /** What a person has to find out. */
  readonly ask: string | undefined;
  /** Whether a reader would see a difference. */
  readonly changed: boolean;
  /** Why nothing needs to be said, if the word that is due can be taken back. */
  readonly excuse: ExcusedReason | undefined;
  /** The notice to take back if it has not left: its words are out of date, or not needed any more. */
  readonly takeBack: string | undefined;
}

/** Compares a case with the present facts of its order. */
export function review(view: CaseInView): Review {
  const { playbook, promises, evidence } = view;
  const found = factsOf({ playbook, cause: view.cause, evidence, promises });
  const changed = !saysTheSame(found.facts, view.facts, view.zone);
  const facts = hearsMore(found.facts) ? withNextUpdate(found.facts, nextUpdateOf(view.facts)) : found.facts;
  // A word that reached nobody is as unsaid as one that has not left: who never heard the beginning is not told the end.
  const isUnsaid = view.standing.kind === "due" || view.standing.kind === "unreachable";
  const unsaid = isUnsaid ? wordDue(view) : undefined;
  const excuse = isUnsaid ? excuseNow(view, facts) : undefined;
  // Its mail may have come back, and what it says be over by now.
  const isOutOfDate = changed || (unsaid !== undefined && !saysTheSame(unsaid.facts, found.facts, view.zone));
  const takeBack = isUnsaid && (isOutOfDate || excuse !== undefined || view.wayOpened) ? view.noticeId : undefined;
  return { facts, conflict: found.conflict, ask: found.ask, changed, excuse, takeBack };
}

function excuseNow(view: CaseInView, facts: CaseFacts): ExcusedReason | undefined {
  const { order, evidence } = view;
  if (order.redacted) return "redacted";
  // Only a first word can turn out needless; what follows one is owed to those who heard it.
  if (!hasFirstWordOnly(view)) return undefined;
  if (isFalseAlarm(view, facts)) return "withdrawn";
  if (saidByShop(order, evidence.matter, order.doc.cancellation?.at ?? view.openedAt)) return "said_by_shop";
  return isPutRight(evidence.matter, facts) ? "put_right_before_told" : undefined;
}

/** Whether the word that is due is the case's first. */
function hasFirstWordOnly(view: CaseInView): boolean {
  const first = noticeRuleFor(view.playbook, "opened")?.kind;
  return view.notices.every((notice) => notice.kind === first);
}

/** What was held to be broken was kept after all, by event time: the case should never have been. */
function isFalseAlarm(view: CaseInView, facts: CaseFacts): boolean {
  const { evidence, promises, caseId } = view;
  const about = promises.filter((promise) => promise.caseId === caseId && promise.kind !== "first_notice_by");
  switch (evidence.matter) {
    case "cancellation":
      return !isTellingCancellation(view);
    case "money":
      return facts.choices["money"] !== "failed" && about.length > 0 && about.every((promise) => promise.state === "kept" || promise.state === "superseded");
    case "standstill":
    case "payment":
      // A scan that was heard late: the parcel moved all along, and its clock runs on from there. Or a try that went through in time.
      return about.length > 0 && about.every((promise) => promise.state !== "broken");
    case "delay":
      return about.length > 0 && about.every(wasNeverInDanger);
    case "loss":
    case "address":
    case "hold":
    case "withdrawal":
      // It was said so, whatever is said now.
      return false;
    default:
      return never(evidence);
  }
}

/** It was kept, or fell away, before it was at risk: that was heard late. */
function wasNeverInDanger({ state, settledAt, atRiskAt }: StorePromise): boolean {
  return (state === "kept" || state === "superseded") && (atRiskAt === undefined || (settledAt !== undefined && settledAt <= atRiskAt));
}

/** Sources may come to say that the customer asked for it. */
function isTellingCancellation({ order, playbook }: CaseInView): boolean {
  const reason = order.doc.cancellation?.value.reason;
  return reason !== undefined && playbook.detects.some((trigger) => trigger.on === "order.cancelled" && !trigger.unlessReason.includes(reason));
}

/** What a review comes to, once it is known whether the word that was due could be taken back. */
export interface Revision {
  readonly facts: CaseFacts;
  readonly factsRevision: number;
  readonly conflict: string | undefined;
  /** What a person has to find out. */
  readonly ask: string | undefined;
  readonly standing: Standing;
  readonly tellBy: Instant;
  readonly noticeId: string | undefined;
  readonly notice: Notice | undefined;
  /** The new version of the incident's common truth, when it changed. */
  readonly statement: { readonly version: number; readonly choices: Readonly<Record<string, string>> } | undefined;
  /** What was said and is not so: a person corrects it where the playbook has no words for it. */
  readonly correct: string | undefined;
}

/**
 * Decides what becomes of a case: new facts, a new word, an excuse, or nothing.
 * `moneySpokenOf`: a case of its own is open about the order's money, and is the one that speaks of the refund.
 */
export function revise(view: CaseInView, found: Review, word: TakenBack | InDoubt | undefined, moneySpokenOf: boolean, addSpan: AddSpan, now: Instant): Revision | undefined {
  const takenBack = word?.kind === "taken back" ? word : undefined;
  const excused = found.excuse !== undefined && (takenBack !== undefined || view.noticeId === undefined) && !view.shadow;
  // Who finds out which is right is told what each source says now, though a reader would see no difference.
  if (!found.changed && !excused && takenBack === undefined && found.conflict === view.conflict && !isNewlyFalse(view, found)) return undefined;
  const statement = statementAfter(view, found.facts);
  const base = {
    facts: found.facts,
    // The same words to another address are a word of their own.
    factsRevision: found.changed || (takenBack !== undefined && view.wayOpened) ? view.factsRevision + 1 : view.factsRevision,
    conflict: found.conflict,
    ask: found.ask,
    statement,
    correct: takenBack ? undefined : correctionOf(view, found),
  };
  const stays = { ...base, standing: view.standing, tellBy: view.tellBy, noticeId: view.noticeId, notice: undefined };
  if (found.excuse !== undefined && excused) return { ...stays, standing: { kind: "excused", why: found.excuse }, correct: undefined };
  const anew = word?.kind === "in doubt" && word.heard === undefined ? ruleAnew(view, found, base.correct) : undefined;
  const rule = takenBack ? ruleInPlace(view, found, takenBack, moneySpokenOf) : (anew ?? ruleAfter(view, found, moneySpokenOf, base.correct));
  const written = rule && write(view, base, rule, takenBack !== undefined || anew !== undefined, addSpan, now);
  if (written !== undefined && !alreadySaid(view, written, takenBack !== undefined)) return { ...base, ...standsBehind(view, written), facts: written.facts };
  return { ...stays, ...(takenBack && standsAsBefore(view, found.facts, takenBack)) };
}

/** Writes the notice. In place of a word that was taken back it keeps that one's cause, and its deadline where that still runs: it tells of the same. */
function write(view: CaseInView, base: Pick<Revision, "facts" | "factsRevision" | "statement">, rule: NoticeRule, takenBack: boolean, addSpan: AddSpan, now: Instant): Notice {
  const tellBy = takenBack && view.standing.kind !== "unreachable" ? view.tellBy : addSpan(now, rule.within);
  const facts = hearsMore(base.facts) ? withNextUpdate(base.facts, nextUpdateAfter(view.playbook, rule.kind, latest(tellBy, now), addSpan)) : base.facts;
  const { incidentId, recipient, caseId, order } = view;
  const replaced = takenBack ? wordDue(view) : undefined;
  const statementVersion = base.statement?.version ?? view.statementVersion;
  const key = { incidentId, recipient, kind: rule.kind, statementVersion, factsRevision: base.factsRevision, causeAt: replaced?.causeAt ?? latestFactAt(view) };
  return { ...key, id: noticeId(view.store, key), caseId, orderId: order.orderId, facts, tellBy };
}

/** In shadow a case stays excused for ever; otherwise it is due again until the new word is told. */
function standsBehind(view: CaseInView, notice: Notice): Pick<Revision, "standing" | "tellBy" | "noticeId" | "notice"> {
  const standing: Standing = view.shadow ? view.standing : { kind: "due", until: notice.tellBy };
  return { standing, tellBy: notice.tellBy, noticeId: notice.id, notice };
}

/** Nothing is said in place of a word that was taken back: the case is where the word before it brought it, and its reader waits for the next one that it named. */
function standsAsBefore(view: CaseInView, facts: CaseFacts, { before }: TakenBack): Partial<Pick<Revision, "facts" | "standing" | "tellBy" | "noticeId">> {
  const heard = wordBefore(view);
  if (heard === undefined) return {};
  const standing = before ?? { kind: "due", until: heard.tellBy };
  const awaited = hearsMore(facts) ? withNextUpdate(facts, nextUpdateOf(heard.facts)) : facts;
  return { facts: awaited, standing: view.shadow ? view.standing : standing, tellBy: heard.tellBy, noticeId: heard.id };
}

/** The word that is due, or was until it was taken back. */
function wordDue(view: CaseInView): SaidNotice | undefined {
  return view.notices.find((notice) => notice.id === view.noticeId);
}

/** The words beside the one that is due, oldest first. */
export function wordsBefore(view: CaseInView): readonly SaidNotice[] {
  return view.notices.filter((notice) => notice.id !== view.noticeId);
}

/** The newest word beside the one that is due. */
function wordBefore(view: CaseInView): SaidNotice | undefined {
  return wordsBefore(view).at(-1);
}

/** No news is no message: what stands already with the same words is not said again, unless a word since then said otherwise. */
function alreadySaid(view: CaseInView, notice: Notice, takenBack: boolean): boolean {
  const others = takenBack ? wordsBefore(view) : view.notices;
  const same = ({ facts }: SaidNotice): boolean => saysTheSame(facts, notice.facts, view.zone);
  const said = others.findLastIndex((other) => other.kind === notice.kind && same(other));
  return said >= 0 && others.slice(said + 1).every(same);
}

/** These cases hear no further words, whatever happens to their money: the promise ledger still tracks what is owed. */
const SILENT: ReadonlySet<ExcusedReason> = new Set(["history", "redacted"]);

function ruleAfter(view: CaseInView, found: Review, moneySpokenOf: boolean, correct: string | undefined): NoticeRule | undefined {
  const { playbook, standing, order } = view;
  if (order.redacted) return undefined;
  if (standing.kind === "excused" && SILENT.has(standing.why)) return undefined;
  if (correct !== undefined) return noticeRuleFor(playbook, "corrected");
  const moment = momentOf(view.facts, found.facts);
  // What was put right or withdrawn unsaid, and went wrong again, is told from the beginning.
  if (standing.kind === "excused" && (standing.why === "put_right_before_told" || standing.why === "withdrawn")) return moment === "refund.failed" || moment === "stopped" ? noticeRuleFor(playbook, "opened") : undefined;
  return ruleFor(view, moneySpokenOf, moment, view.notices.at(-1), found.facts);
}

/** What is said in place of a word that was taken back: what is news to who heard a word before it. */
function ruleInPlace(view: CaseInView, found: Review, { heard }: TakenBack, moneySpokenOf: boolean): NoticeRule | undefined {
  const { playbook, order } = view;
  if (order.redacted) return undefined;
  const opened = ruleFromScratch(playbook, found.facts);
  const rule = playbook.notices.find((each) => each.kind === wordDue(view)?.kind) ?? opened;
  if (rule.on === "corrected" && isFalseAlarm(view, found.facts)) return rule;
  const isUpdate = rule.on === "update.due" || rule.on === "update.last";
  if (isUpdate && hearsMore(found.facts)) return rule;
  // A word since then may have come back, and is on its next way or a person's: it is due again.
  if (heard !== undefined) return ruleFor(view, moneySpokenOf, momentOf(heard.facts, found.facts), heard, found.facts);
  // The word before it came back as well, and is on its next way.
  if (isUpdate && wordBefore(view) !== undefined) return undefined;
  return rule.on === "refund.sent" && isSent(found.facts) ? rule : opened;
}

/** Who may have heard nothing is told all of it as it is now; what is in doubt is not sent once more. */
function ruleAnew({ playbook, evidence, order, facts: before }: CaseInView, { changed, facts }: Review, correct: string | undefined): NoticeRule | undefined {
  // Of what did not happen, and of a payment that is not open any more, nobody is told from the beginning; who answered has read it.
  if (!changed || correct !== undefined || order.redacted || evidence.matter === "payment" || isAnswer(before, facts)) return undefined;
  return ruleFromScratch(playbook, facts);
}

/** The playbook's words for a moment, unless its reader has heard of it: `heard` is the newest word to them. */
function ruleFor(view: CaseInView, moneySpokenOf: boolean, moment: CaseMoment | undefined, heard: SaidNotice | undefined, facts: CaseFacts): NoticeRule | undefined {
  // Who knows that a payment failed, and fails again, is looking at it.
  if (view.evidence.matter === "payment") return undefined;
  const rule = moment && noticeRuleFor(view.playbook, moment);
  if (moment === "refund.failed" || moment === "stopped") return rule ?? noticeRuleFor(view.playbook, "update.due");
  // One voice: who hears of the refund from its own case does not hear the same from the cancellation's.
  const isHeard = moment === "refund.sent" && (moneySpokenOf || refundSaidByShop(view.order, latestFactAt(view)) || saysOfSame(rule, heard, facts));
  return isHeard ? undefined : rule;
}

/** A processor that is behind the shop makes money that was sent due again for a while. That it is sent after all is no news. */
function saysOfSame(rule: NoticeRule | undefined, heard: SaidNotice | undefined, facts: CaseFacts): boolean {
  return heard !== undefined && heard.kind === rule?.kind && amountIn(heard.facts) === amountIn(facts);
}

function amountIn({ values }: CaseFacts): string | undefined {
  const { amount } = values;
  return amount !== undefined && "money" in amount ? `${amount.money.minor} ${amount.money.currency}` : undefined;
}

function isSent(facts: CaseFacts): boolean {
  return facts.choices["money"] === "sent" || facts.choices["money"] === "settled";
}

/** Words that leave a reason open stay true whatever the reason turns out to be. */
const OPEN_REASONS: ReadonlySet<string> = new Set(["unstated", "other", "conflict"]);

function correctionOf(view: CaseInView, found: Review): string | undefined {
  if (view.standing.kind === "excused" || view.noticeId === undefined) return undefined;
  if (isNewlyFalse(view, found)) return "What it was told of did not happen: the promise was kept in time after all, or the customer asked for it.";
  const was = view.facts.choices["reason"];
  const is = found.facts.choices["reason"];
  return was === undefined || was === is || OPEN_REASONS.has(was) ? undefined : `The reason given was "${was}"; the sources now say "${is}".`;
}

/** A false alarm is corrected once. */
function isNewlyFalse(view: CaseInView, found: Review): boolean {
  const kind = noticeRuleFor(view.playbook, "corrected")?.kind;
  return view.standing.kind !== "excused" && isFalseAlarm(view, found.facts) && !view.notices.some((notice) => notice.kind === kind);
}

function statementAfter(view: CaseInView, facts: CaseFacts): Revision["statement"] {
  const before = statementOf(view.facts);
  const choices = statementOf(facts);
  const same = Object.keys(choices).every((choice) => choices[choice] === before[choice]);
  return same ? undefined : { version: view.statementVersion + 1, choices };
}

const OF_MONEY: ReadonlySet<CaseEvidence["matter"]> = new Set(["cancellation", "money", "withdrawal"]);

/** When the newest of the facts that the case rests on happened. */
function latestFactAt({ order: { doc }, evidence, openedAt, caseId, promises }: CaseInView): Instant {
  const isAboutGoods = !OF_MONEY.has(evidence.matter);
  const ofGoods = isAboutGoods ? [...Object.values(doc.parcels), ...Object.values(doc.fulfilments)] : [];
  const ofAddress = evidence.matter === "address" && doc.details ? [doc.details.at] : [];
  const ofPayments = evidence.matter === "payment" ? [...Object.values(doc.payments).map(({ at }) => at), doc.completedAt ?? []].flat() : [];
  const ofDelay = evidence.matter === "delay" ? [...Object.values(doc.choices ?? {}).map(({ at }) => at), ...evidence.revised.map(({ at }) => at), ...promises.flatMap((promise) => (promise.caseId === caseId ? (promise.atRiskAt ?? []) : []))] : [];
  const times = [...ofDelay, ...[...Object.values(doc.refunds), ...ofGoods].map((history) => history.latest.at), ...ofAddress, ...ofPayments];
  const [first, ...rest] = doc.cancellation ? [...times, doc.cancellation.at] : times;
  return first === undefined ? openedAt : latest(first, ...rest);
}

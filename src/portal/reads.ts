import type { StoreId } from "../base/ids.ts";
import { invariant } from "../base/errors.ts";
import type { Ports } from "../base/ports.ts";
import type { Zone } from "../base/time.ts";
import { orderByReference, orderByToken, orderHistory, pageToken, type OrderView } from "../commerce/index.ts";
import { CANCELLED, moneyOf, speakableReason, type MoneyView } from "../detection/index.ts";
import { casesOfOrder, type CaseView, type LiveBook } from "../incidents/index.ts";
import { messagesOfOrder, type NoticeToSay, type SaidMessage, type SpokenNotice } from "../outreach/index.ts";
import { mayWithdraw, MONEY_OF_CANCELLATION, moneyOwedBy, promisesOfOrder, type StorePromise, workingDaysOf } from "../promises/index.ts";
import { pageWords } from "../words/index.ts";
import type { AwaitedWord, OrderRecord, SaidOn, SaidWords } from "./core/record.ts";
import type { SaidReason, WordState } from "./core/texts.ts";
import type { PortalReads } from "./ports.ts";

/** What the binding to the stages needs beside the database. */
export interface ReadsBinding {
  /** Key of order-page addresses. */
  readonly secret: string;
  /** Each store's voice, the same as its mails have. */
  readonly voices: ReadonlyMap<StoreId, { say(notice: NoticeToSay, order: OrderView, locale: string): SpokenNotice }>;
  /** Which playbooks speak for a store now. */
  liveBook(store: StoreId): Promise<LiveBook>;
}

/** The pages' reads over the stages' front doors. */
export function portalReads(ports: Ports, binding: ReadsBinding): PortalReads {
  const { db } = ports;
  return {
    byToken: (token, now) => orderByToken(db, token, now),
    tokenByReference: async (store, reference, email, now) => {
      const order = await orderByReference(db, store, reference, email, now);
      return order && pageToken(binding.secret, store, order.orderId);
    },
    record: (store, order, zone) => recordOf(ports, binding, store, order, zone),
  };
}

async function recordOf(ports: Ports, binding: ReadsBinding, store: StoreId, order: OrderView, zone: Zone): Promise<OrderRecord> {
  const { db } = ports;
  const [history, promises, cases, messages, live] = await Promise.all([
    orderHistory(db, store, order.orderId),
    promisesOfOrder(db, store, order.orderId),
    casesOfOrder(db, store, order.orderId),
    messagesOfOrder(db, store, order.orderId),
    binding.liveBook(store),
  ]);
  const money = moneyOfOrder(order);
  return {
    order,
    history,
    promises: promises.filter((promise) => isSpokenOf(promise, live)),
    words: saidWords(ports, binding, store, order, messages),
    ...(money && { money }),
    reason: reasonOf(order),
    ...offerOf(cases),
    mayWithdraw: live.speaksSince(OF_WITHDRAWALS) !== undefined && mayWithdraw(order, ports.clock.now(), workingDaysOf(order.country ?? "", zone)),
    awaited: cases.flatMap(awaitedOf),
  };
}

/** The playbook that acknowledges a withdrawal: while it is silent, the order's page takes none. */
const OF_WITHDRAWALS = "withdrawal";

/** A promise of a playbook in shadow mode is not for a customer's eyes, nor is one that was over before it spoke. */
function isSpokenOf(promise: StorePromise, live: LiveBook): boolean {
  const since = live.speaksSince(promise.playbook);
  return since !== undefined && (promise.settledAt === undefined || promise.settledAt >= since);
}

/** A cancellation that the customer asked for is theirs; of any other only what evidence supports is said. */
function reasonOf(order: OrderView): SaidReason {
  return order.doc.cancellation?.value.reason === "customer" ? "customer" : speakableReason(order).say;
}

/** The refund that the reader waits for most speaks for the others. */
const BY_CONCERN: readonly MoneyView["state"][] = ["failed", "unclear", "due", "sent", "settled"];

function moneyOfOrder(order: OrderView): MoneyView | undefined {
  const isWhole = order.doc.cancellation !== undefined || moneyOwedBy(order).some(({ things }) => things.includes(MONEY_OF_CANCELLATION));
  if (isWhole) return moneyOf(order, CANCELLED);
  const refunds = Object.values(order.doc.refunds).filter((refund) => refund.latest.value.status !== "cancelled");
  const money = refunds.map((refund) => moneyOf(order, `refund/${refund.latest.value.refundId}`));
  return BY_CONCERN.map((state) => money.find((view) => view.state === state)).find((view) => view !== undefined);
}

/** By when the reader hears from the store of a case that is open: what they were told, and what they are owed. */
function awaitedOf({ shadow, closedAt, facts, standing, tellBy }: CaseView): AwaitedWord[] {
  if (shadow || closedAt !== undefined || standing.kind === "excused") return [];
  const told = facts.values["next_update_by"];
  const update: AwaitedWord[] = told !== undefined && "at" in told ? [{ kind: "update", by: told.at }] : [];
  return standing.kind === "due" ? [...update, { kind: "notice", by: tellBy }] : update;
}

/** Who was told that their order is late chooses, until it leaves or is called off. */
function offerOf(cases: readonly CaseView[]): Pick<OrderRecord, "offer"> {
  const open = cases.find(({ shadow, closedAt, standing, facts }) => !shadow && closedAt === undefined && standing.kind !== "excused" && OFFERED.has(facts.choices["delay"] ?? ""));
  if (open === undefined) return {};
  const date = open.facts.values["new_date"];
  return { offer: { isAgreed: open.facts.choices["delay"] === "agreed", ...(date !== undefined && "day" in date && { newDate: date.day }) } };
}

const OFFERED: ReadonlySet<string> = new Set(["unshipped", "agreed"]);

/** Every notice that was said on any channel, newest first, in the words and the language in which it was said. */
function saidWords(ports: Ports, binding: ReadsBinding, store: StoreId, order: OrderView, messages: readonly SaidMessage[]): SaidWords[] {
  const voice = binding.voices.get(store);
  invariant(voice, `store ${store} to have a voice`);
  const said = messages.flatMap((message) => {
    const on = saidOn(message);
    return on === undefined || message.notice === undefined || message.notice.shadow ? [] : [{ notice: message.notice, locale: message.locale, on }];
  });
  return [...Map.groupBy(said, ({ notice }) => notice.id).values()]
    .flatMap((same) => (same[0] === undefined ? [] : [{ first: same[0], on: same.map(({ on }) => on).toSorted((a, b) => b.at - a.at) }]))
    .toSorted((a, b) => b.first.notice.writtenAt - a.first.notice.writtenAt)
    .flatMap(({ first: { notice, locale }, on }) => {
      try {
        const spoken = voice.say(notice, order, locale);
        return [{ noticeId: notice.id, ...pageWords(spoken.words, spoken.values), on }];
      } catch (error) {
        // One notice that cannot be put into words must not hide the rest of the order.
        ports.log.error({ store, notice: notice.id, why: error instanceof Error ? error.message : String(error) }, "A notice cannot be shown on its order's page");
        return [];
      }
    });
}

/** What a message's state means to its reader. What is on its way, stopped or in shadow was not said. */
const WORD_STATES: Readonly<Partial<Record<SaidMessage["state"], WordState>>> = { accepted: "sent", delivered: "delivered", bounced: "returned", unknown: "uncertain" };

function saidOn(message: SaidMessage): SaidOn | undefined {
  const state = message.channel === "portal" && message.state === "accepted" ? "published" : WORD_STATES[message.state];
  return state && { channel: message.channel, state, at: message.stateAt };
}

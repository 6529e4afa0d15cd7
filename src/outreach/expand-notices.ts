import type { StoreId } from "../base/ids.ts";
import { uuidOf } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { lockOrdersIfFree } from "../commerce/index.ts";
import type { OrderView } from "../commerce/index.ts";
import type { StandingChange } from "../incidents/index.ts";
import { matchLocale } from "../words/index.ts";
import { channelNamed } from "./channel.ts";
import { addressHash } from "./core/addresses.ts";
import { EXPAND_BATCH } from "./core/limits.ts";
import { PORTAL } from "./core/model.ts";
import type { Message, MessageState } from "./core/model.ts";
import { localesOf, ruleOf } from "./core/notice.ts";
import type { NoticeToSay } from "./core/notice.ts";
import { chooseRoute } from "./core/route.ts";
import type { Address, Tried } from "./core/route.ts";
import { findWays } from "./find-ways.ts";
import type { Ways } from "./find-ways.ts";
import { loadNotices } from "./load-notices.ts";
import type { OutreachPorts } from "./ports.ts";
import { insertMessages } from "./store/messages.ts";
import { lockNewNotices, markExpanded, newNotices, triedOf } from "./store/notices.ts";

export interface ExpandReport {
  readonly claimed: number;
  readonly messages: number;
  readonly unreachable: number;
  /** Notices that their playbook cannot say (a wrong version, an order that is gone): nothing was written, a deadline will page. */
  readonly unspeakable: number;
}

/** What one notice becomes. */
interface Expansion {
  readonly messages: readonly Message[];
  readonly standing?: StandingChange;
}

/**
 * Turns new notices into messages: one to the customer over the first channel with a usable address, one on the order's page.
 * A notice whose message failed comes back here and takes the next way; where none is left its cases become unreachable.
 */
export async function expandNotices(ports: OutreachPorts, store: StoreId): Promise<ExpandReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const candidates = await newNotices(tx, store, EXPAND_BATCH);
    if (candidates.length === 0) return { claimed: 0, messages: 0, unreachable: 0, unspeakable: 0 };
    const orders = new Map((await lockOrdersIfFree(tx, store, [...new Set(candidates.map((notice) => notice.orderId))])).map((order) => [order.orderId, order]));
    // A word that came back may have been overtaken while it was under way: what leaves next is true now.
    const before = await triedOf(tx, store, candidates.map((notice) => notice.id));
    const again = new Set(candidates.filter((notice) => before.has(notice.id)).map((notice) => notice.orderId));
    if (again.size > 0) await ports.reviseCases(tx, store, [...orders.values()].filter(({ orderId }) => again.has(orderId)), now);
    const rows = await lockNewNotices(tx, store, candidates.filter((notice) => orders.has(notice.orderId)).map((notice) => notice.id));
    const notices = await loadNotices(tx, store, rows);
    const named = new Set(notices.speakable.flatMap(({ playbook }) => playbook.channels));
    const ways = await findWays(tx, store, ports.channels.filter(({ name }) => named.has(name)), [...orders.values()]);
    const expansions = notices.speakable.flatMap((notice) => {
      const order = orders.get(notice.orderId);
      return order ? [expand(notice, order, before.get(notice.id) ?? [], ways, ports, now)] : [];
    });
    const messages = expansions.flatMap((expansion) => expansion.messages);
    const standings = expansions.flatMap((expansion) => expansion.standing ?? []);
    await markExpanded(tx, store, rows.map((row) => row.id));
    await insertMessages(tx, store, messages, now);
    await ports.recordStandings(tx, store, standings, now);
    for (const notice of notices.unspeakable) ports.log.error({ store, notice: notice.id, playbook: notice.playbook, kind: notice.kind }, "A notice cannot be said: its playbook version does not know it");
    return { claimed: rows.length, messages: messages.length, unreachable: standings.filter((change) => change.evidence.kind === "unreachable").length, unspeakable: notices.unspeakable.length };
  });
}

function expand(notice: NoticeToSay, order: OrderView, tried: readonly Tried[], ways: Ways, { settings, channels }: OutreachPorts, now: Instant): Expansion {
  const locale = matchLocale(order.contact.locale, localesOf(notice), settings.locale);
  const write = (channel: string, address: string, state: MessageState, detail: string | null, readyAt: Instant): Message => ({
    ...blank(notice, channel, address, settings.mailDomain),
    locale,
    readyAt,
    state: notice.shadow ? "shadow" : state,
    provider: channel === PORTAL && !notice.shadow ? PORTAL : null,
    detail,
  });
  const portal = notice.playbook.channels.includes(PORTAL) ? [write(PORTAL, `order/${notice.orderId}`, "accepted", "published on the order's page", now)] : [];
  const route = chooseRoute(addressesOf(notice, order, ways), tried);
  if (route.kind === "onItsWay") return { messages: portal };
  const passedOver = route.passedOver.map((to) => write(to.channel, to.address, "suppressed", to.suppressedWhy, now));
  if (route.kind === "unreachable") {
    // What is in shadow is excused for ever, whoever could be reached.
    const evidence = { kind: "unreachable", at: now, why: route.why } as const;
    return { messages: [...portal, ...passedOver], ...(notice.shadow ? {} : { standing: { noticeId: notice.id, evidence } }) };
  }
  const readyAt = channelNamed(channels, route.to.channel).allowedAt(now, order, settings);
  const messages = [...portal, ...passedOver, write(route.to.channel, route.to.address, "ready", null, readyAt)];
  const waits = readyAt > now && !notice.shadow;
  return { messages, ...(waits ? { standing: { noticeId: notice.id, evidence: { kind: "held", at: now, until: readyAt, why: "quiet hours" } } } : {}) };
}

function blank(notice: NoticeToSay, channel: string, address: string, mailDomain: string): Message {
  const hash = addressHash(channel, address);
  const id = uuidOf("message", notice.id, channel, hash);
  return {
    id,
    noticeId: notice.id,
    caseId: notice.caseId,
    orderId: notice.orderId,
    channel,
    address,
    addressHash: hash,
    locale: "",
    rfcId: channel === PORTAL ? null : `${id}@${mailDomain}`,
    causeAt: notice.causeAt,
    tellBy: notice.tellBy,
    readyAt: notice.writtenAt,
    heldWhy: null,
    state: "ready",
    leaseUntil: null,
    leasedBy: null,
    provider: null,
    copyId: null,
    attempts: 0,
    resends: 0,
    evidenceUntil: null,
    detail: null,
  };
}

/** The ways to the notice's person, in the order of the playbook's channels. */
function addressesOf(notice: NoticeToSay, order: OrderView, ways: Ways): readonly Address[] {
  if (ruleOf(notice) === undefined) return [];
  return notice.playbook.channels.flatMap((channel) => ways.get(channel)?.get(order.orderId) ?? []);
}

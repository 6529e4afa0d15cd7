import { newToken } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { turnPages, type PageRequest } from "../people/index.ts";
import { carriersNow, nextProbeAt } from "./core/carriers.ts";
import type { Carrier } from "./core/carriers.ts";
import { GAP_PAGE } from "./gap.ts";
import { passGate } from "./core/gate.ts";
import { LEASE, SEND_BATCH } from "./core/limits.ts";
import type { Message } from "./core/model.ts";
import { advance } from "./core/progress.ts";
import type { Channel } from "./channel.ts";
import { unconsentedAmong } from "./find-ways.ts";
import type { OutreachPorts } from "./ports.ts";
import type { Provider } from "./provider.ts";
import { claimedLately, countClaims, lockRules, readHealth } from "./store/gates.ts";
import { lockClaimable, moveMessages, nextReadyAt } from "./store/messages.ts";
import type { Moved } from "./store/messages.ts";
import { reopenNotices } from "./store/notices.ts";

/** Messages that this worker, and nobody else, may send until the lease ends. */
export interface Claim {
  readonly id: string;
  readonly until: Instant;
  readonly messages: readonly Message[];
  readonly carriers: readonly Carrier<Provider<unknown>>[];
}

/** Why nothing may be sent: the global stop, a newer worker, the hourly cap, or no provider in health. */
export type Stopped = "halted" | "fenced" | "capped" | "no provider";

export interface ClaimReport {
  readonly claim?: Claim;
  readonly stopped?: Stopped;
  /** Messages that left the queue another way: held, suppressed, withdrawn. */
  readonly turnedAway: number;
  /** Those of them that wait for a person. */
  readonly held: readonly Moved[];
  /** When it is worth trying again, where nothing was claimed. */
  readonly nextAt?: Instant;
}

/**
 * Takes up to a batch of a channel's messages for this worker, in one transaction with their steps. Stop, epoch, cap, gap, suppression,
 * consent and withdrawal are read here and nowhere earlier, so that they hold at once on every worker.
 */
export async function claimMessages(ports: OutreachPorts, store: StoreId, channel: Channel): Promise<ClaimReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const rules = await lockRules(tx, store);
    if (!rules || rules.halted) return { stopped: "halted", turnedAway: 0, held: [] };
    if (rules.epoch > ports.epoch) return { stopped: "fenced", turnedAway: 0, held: [] };
    const healths = await readHealth(tx, store, false);
    const carriers = carriersNow(channel.providers, healths, now);
    const nextAt = nextProbeAt(healths, channel.providers);
    if (carriers.length === 0) return { stopped: "no provider", turnedAway: 0, held: [], ...(nextAt === undefined ? {} : { nextAt }) };
    const room = Math.max(0, ports.settings.sendCapPerHour - (await claimedLately(tx, store, now)));
    const limit = Math.min(SEND_BATCH, carriers.reduce((sum, carrier) => sum + carrier.limit, 0));
    const candidates = await lockClaimable(tx, store, channel.name, now, limit);
    const unconsented = await unconsentedAmong(tx, store, channel, candidates.map(({ message }) => message.addressHash));
    const claim = { by: newToken(ports.random), until: plus(now, LEASE) };
    const judged = candidates.map((candidate) => {
      const suppressedWhy = candidate.suppressedWhy ?? unconsented.get(candidate.message.addressHash) ?? null;
      return { message: candidate.message, happening: passGate({ ...candidate, suppressedWhy }, rules, claim) };
    });
    const leaving = judged.filter(({ happening }) => happening.kind === "claimed");
    // Only what leaves needs room: what is held has a person to wait for, and a dead address another way to take.
    const waiting = new Set(leaving.slice(room));
    const moved = judged.filter((each) => !waiting.has(each)).flatMap(({ message, happening }): Moved[] => {
      const to = advance(message, happening, now);
      return to ? [{ message, to }] : [];
    });
    await moveMessages(tx, store, moved, now);
    await reopenNotices(tx, store, moved.filter(({ to }) => to.state === "suppressed").map(({ message }) => message.noticeId));
    const held = moved.filter(({ to }) => to.state === "held");
    const messages = moved.filter(({ to }) => to.state === "leased").map(({ message, to }) => ({ ...message, ...to }));
    await countClaims(tx, store, messages.length, now);
    const isCapped = room === 0 && waiting.size > 0;
    const open = [...(held.length > 0 ? [GAP_PAGE] : []), ...(isCapped ? [capPage(ports.settings.sendCapPerHour)] : [])];
    await turnPages(tx, store, { open, close: messages.length > 0 ? [CAP_PAGE] : [] }, now);
    if (isCapped) return { stopped: "capped", turnedAway: moved.length, held };
    const wakeAt = candidates.length > 0 ? undefined : await nextReadyAt(tx, store, channel.name);
    return { ...(wakeAt === undefined ? {} : { nextAt: wakeAt }), claim: { id: claim.by, until: claim.until, messages, carriers }, turnedAway: moved.length - messages.length, held };
  });
}

const CAP_PAGE = "send-cap";

function capPage(cap: number): PageRequest {
  return { about: CAP_PAGE, why: `The cap of ${cap} messages in an hour is reached and more are waiting. Look whether they are meant to leave; stop all sending, or raise the cap.` };
}

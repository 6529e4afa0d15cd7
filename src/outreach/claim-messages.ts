import { newToken } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import type { Tx } from "../base/db.ts";
import { plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { openPage, turnPages } from "../people/index.ts";
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
    const candidates = await lockClaimable(tx, store, channel.name, now, Math.max(1, Math.min(limit, room)));
    if (room === 0) return capped(tx, store, ports.settings.sendCapPerHour, candidates.length, now);
    const unconsented = await unconsentedAmong(tx, store, channel, candidates.map(({ message }) => message.addressHash));
    const claim = { by: newToken(ports.random), until: plus(now, LEASE) };
    const moved = candidates.flatMap((candidate): Moved[] => {
      const suppressedWhy = candidate.suppressedWhy ?? unconsented.get(candidate.message.addressHash) ?? null;
      const to = advance(candidate.message, passGate({ ...candidate, suppressedWhy }, rules, claim), now);
      return to ? [{ message: candidate.message, to }] : [];
    });
    await moveMessages(tx, store, moved, now);
    await reopenNotices(tx, store, moved.filter(({ to }) => to.state === "suppressed").map(({ message }) => message.noticeId));
    const held = moved.filter(({ to }) => to.state === "held");
    const messages = moved.filter(({ to }) => to.state === "leased").map(({ message, to }) => ({ ...message, ...to }));
    await countClaims(tx, store, messages.length, now);
    await turnPages(tx, store, { open: held.length > 0 ? [GAP_PAGE] : [], close: messages.length > 0 ? [CAP_PAGE] : [] }, now);
    const wakeAt = candidates.length > 0 ? undefined : await nextReadyAt(tx, store, channel.name);
    return { ...(wakeAt === undefined ? {} : { nextAt: wakeAt }), claim: { id: claim.by, until: claim.until, messages, carriers }, turnedAway: moved.length - messages.length, held };
  });
}

const CAP_PAGE = "send-cap";

async function capped(tx: Tx, store: StoreId, cap: number, waiting: number, now: Instant): Promise<ClaimReport> {
  if (waiting === 0) return { turnedAway: 0, held: [] };
  await openPage(tx, store, CAP_PAGE, `The cap of ${cap} messages in an hour is reached and more are waiting. Look whether they are meant to leave; stop all sending, or raise the cap.`, now);
  return { stopped: "capped", turnedAway: 0, held: [] };
}

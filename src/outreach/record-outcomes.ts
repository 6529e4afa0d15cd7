import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { holdOrders } from "../commerce/index.ts";
import type { StandingChange } from "../incidents/index.ts";
import type { Carried } from "./carry-letters.ts";
import { countMail } from "./count-mail.ts";
import { healthy, observe } from "./core/health.ts";
import { PRESUMED_AFTER } from "./core/limits.ts";
import { happenedBy } from "./core/mail-counts.ts";
import { PORTAL } from "./core/model.ts";
import type { Message, Progress } from "./core/model.ts";
import { happeningOf } from "./core/outcome.ts";
import { advance } from "./core/progress.ts";
import type { Happening } from "./core/progress.ts";
import type { Unrecorded } from "./journal/sent-journal.ts";
import type { OutreachPorts } from "./ports.ts";
import { insertSuppressions, readHealth, saveHealth } from "./store/gates.ts";
import type { Suppression } from "./store/gates.ts";
import { lockMessages, moveMessages, noteStep, ordersOfMessages } from "./store/messages.ts";
import type { Moved } from "./store/messages.ts";
import { reopenNotices } from "./store/notices.ts";

/** What a recorded batch came to, by state. */
export type Tally = Readonly<Record<string, number>>;

/**
 * Records what became of a claim's messages, in one transaction with their cases' standing. A message that another claim
 * has taken since keeps that claim's story; a late word about it goes into its history, where a duplicate can be seen.
 */
export async function recordOutcomes(ports: OutreachPorts, store: StoreId, claimId: string, carried: Carried): Promise<Tally> {
  const happenings = new Map(carried.results.map(({ message, happening }) => [message.id, happening]));
  return record(ports, store, claimId, happenings, carried);
}

/** Records what the journal knows of a claim whose sender never did: the provider took these. Returns how many messages it changed. */
export async function recordAcceptances(ports: OutreachPorts, store: StoreId, { claimId, since, sent }: Unrecorded): Promise<number> {
  const providers = new Map(ports.channels.flatMap((channel) => channel.providers).map((provider) => [provider.name, provider]));
  const happenings = new Map(
    sent.map(({ messageId, provider }) => [messageId, happeningOf({ kind: "accepted", response: "noted by its sender" }, providers.get(provider) ?? { name: provider, evidence: "relay" }, since)]),
  );
  const tally = await record(ports, store, claimId, happenings, { results: [], observations: [], answers: [] });
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

async function record(ports: OutreachPorts, store: StoreId, claimId: string, happenings: ReadonlyMap<string, Happening>, { results, observations, answers }: Carried): Promise<Tally> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    await holdOrders(tx, store, await ordersOfMessages(tx, store, [...happenings.keys()]));
    const messages = await lockMessages(tx, store, [...happenings.keys()]);
    const moved: Moved[] = [];
    for (const message of messages) {
      const happening = happenings.get(message.id);
      if (!happening) continue;
      const to = message.leasedBy === claimId ? advance(message, happening, now) : undefined;
      if (to) moved.push({ message, to });
      else await noteLateWord(tx, store, message, happening, now);
    }
    await moveMessages(tx, store, moved, now);
    await reopenNotices(tx, store, moved.filter(({ to }) => to.state === "refused").map(({ message }) => message.noticeId));
    await ports.recordStandings(tx, store, moved.flatMap(({ message, to }) => standingAfter(message, to, now) ?? []), now);
    await insertSuppressions(tx, store, results.flatMap(suppressionOf), now);
    await saveObservations(tx, store, observations, now);
    // Answers of a claim that was recorded before change nothing, and count for nothing.
    const movedNow = new Set(moved.map(({ message }) => message.id));
    await countMail(tx, store, [...moved.flatMap(({ message, to }) => happenedBy(message, to)), ...answers.filter(({ message }) => movedNow.has(message.id))], now);
    return countBy(moved.map(({ to }) => to.state));
  });
}

/** What a message's new state says about its notice. A failure says nothing yet: its notice looks for another way first. */
export function standingAfter(message: Message, to: Progress, now: Instant): StandingChange | undefined {
  const { noticeId } = message;
  if (message.channel === PORTAL) return undefined;
  switch (to.state) {
    case "accepted":
      return { noticeId, evidence: { kind: "handed_over", at: now, presumedAt: plus(now, PRESUMED_AFTER) } };
    case "delivered":
      return { noticeId, evidence: { kind: "told", at: now, messageId: message.id } };
    case "bounced":
      return { noticeId, evidence: { kind: "reopened", at: now, why: "bounced" } };
    case "held":
      return { noticeId, evidence: { kind: "held", at: now, until: message.tellBy, why: to.heldWhy ?? "held" } };
    default:
      return undefined;
  }
}

function suppressionOf({ message, suppress }: Carried["results"][number]): readonly Suppression[] {
  return suppress === undefined || message.address === null ? [] : [{ channel: message.channel, addressHash: message.addressHash, reason: suppress, evidence: `message/${message.id}` }];
}

async function noteLateWord(tx: Tx, store: StoreId, message: Message, happening: Happening, now: Instant): Promise<void> {
  if (happening.kind !== "accepted") return;
  await noteStep(tx, store, message.id, happening.provider, "an earlier send was accepted after all: it may have arrived twice", now);
}

async function saveObservations(tx: Tx, store: StoreId, observations: Carried["observations"], now: Instant): Promise<void> {
  if (observations.length === 0) return;
  const healths = await readHealth(tx, store, true);
  const after = new Map(observations.map(({ provider, seen }) => [provider, observe(healths.get(provider) ?? healthy(now), seen, now)]));
  await saveHealth(tx, store, after);
}

function countBy(states: readonly string[]): Tally {
  const tally: Record<string, number> = {};
  for (const state of states) tally[state] = (tally[state] ?? 0) + 1;
  return tally;
}

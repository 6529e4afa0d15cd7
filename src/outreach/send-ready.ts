import type { StoreId } from "../base/ids.ts";
import { plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { holdOrders } from "../commerce/index.ts";
import { carryLetters } from "./carry-letters.ts";
import type { Carried } from "./carry-letters.ts";
import { channelNamed, MAIL } from "./channel.ts";
import type { Channel } from "./channel.ts";
import { claimMessages } from "./claim-messages.ts";
import type { Claim, Stopped } from "./claim-messages.ts";
import { RETRY_NOT_SENT } from "./core/limits.ts";
import type { Message } from "./core/model.ts";
import type { OutreachPorts } from "./ports.ts";
import { recordOutcomes, standingAfter } from "./record-outcomes.ts";
import type { Tally } from "./record-outcomes.ts";
import { readRules } from "./store/gates.ts";
import type { Moved } from "./store/messages.ts";
import { writeLetters } from "./write-letters.ts";
import type { Written } from "./write-letters.ts";

export interface SendReport {
  readonly claimed: number;
  /** Held, suppressed or withdrawn instead of sent. */
  readonly turnedAway: number;
  /** What became of the claimed, by state. */
  readonly became: Tally;
  readonly stopped?: Stopped;
  /** When it is worth trying again, where nothing was claimed. */
  readonly nextAt?: Instant;
}

/**
 * Sends what is ready over a channel, a batch at most: claim (committed), write, send outside of any transaction, record.
 * A worker that dies between claim and record leaves leased messages, which become `unknown` and never simply ready again.
 */
export async function sendReady(ports: OutreachPorts, store: StoreId, channel: Channel = channelNamed(ports.channels, MAIL)): Promise<SendReport> {
  const { claim, stopped, turnedAway, nextAt, held } = await claimMessages(ports, store, channel);
  const became = claim && claim.messages.length > 0 ? await sendClaim(ports, store, channel, claim) : {};
  await labelHeld(ports, store, held);
  return { claimed: claim?.messages.length ?? 0, became, turnedAway, ...(stopped === undefined ? {} : { stopped }), ...(nextAt === undefined ? {} : { nextAt }) };
}

async function sendClaim(ports: OutreachPorts, store: StoreId, channel: Channel, claim: Claim): Promise<Tally> {
  const carried = await send(ports, store, channel, claim);
  const tally = await recordOutcomes(ports, store, claim.id, carried);
  ports.journal.settle(claim.id);
  return tally;
}

/** Says in the cases why their word waits. Only a label: the messages are held already. */
async function labelHeld(ports: OutreachPorts, store: StoreId, held: readonly Moved[]): Promise<void> {
  if (held.length === 0) return;
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await holdOrders(tx, store, [...new Set(held.map(({ message }) => message.orderId))]);
    await ports.recordStandings(tx, store, held.flatMap(({ message, to }) => standingAfter(message, to, now) ?? []), now);
  });
}

async function send(ports: OutreachPorts, store: StoreId, channel: Channel, claim: Claim): Promise<Carried> {
  const written = await write(ports, store, channel, claim);
  // Nothing is caught from here on: what goes wrong while letters are under way leaves them leased, hence unknown.
  const carried = await carryLetters(ports, claim, written.letters);
  return { ...carried, results: [...written.unsent, ...carried.results] };
}

/** The letters of a claim. Until they are handed to a provider it is certain that nothing has left. */
async function write(ports: OutreachPorts, store: StoreId, channel: Channel, claim: Claim): Promise<Written> {
  const now = ports.clock.now();
  try {
    const written = await writeLetters(ports, store, channel, claim.messages, now);
    const rules = await readRules(ports.db, store);
    // The stop may have come while they were written.
    return !rules || rules.halted || rules.epoch > ports.epoch ? unsent(claim.messages, now, "sending was stopped") : written;
  } catch (error) {
    ports.log.error({ store, why: error instanceof Error ? error.name : "unknown" }, "Letters could not be written; their messages wait");
    return unsent(claim.messages, plus(now, RETRY_NOT_SENT), "they could not be written");
  }
}

function unsent(messages: readonly Message[], until: Instant, why: string): Written {
  return { letters: [], unsent: messages.map((message) => ({ message, happening: { kind: "postponed", until, why } })) };
}

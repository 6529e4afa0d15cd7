import { plus } from "../base/time.ts";
import { LEASE_MARGIN } from "./core/limits.ts";
import { answered } from "./core/mail-counts.ts";
import type { Happened } from "./core/mail-counts.ts";
import type { Message } from "./core/model.ts";
import { happeningOf, mayPassOn, sendFailed } from "./core/outcome.ts";
import type { Outcome } from "./core/outcome.ts";
import type { Happening } from "./core/progress.ts";
import type { Observation } from "./core/health.ts";
import type { Claim } from "./claim-messages.ts";
import type { OutreachPorts } from "./ports.ts";
import type { Provider } from "./provider.ts";

/** What became of the letters of a claim, and how each provider did. `answers`: every no, of those too that another provider made good. */
export interface Carried {
  /** `suppress`: nothing will ever arrive at the message's address, and why. */
  readonly results: readonly { readonly message: Message; readonly happening: Happening; readonly suppress?: "bounce" | "stop" }[];
  readonly observations: readonly { readonly provider: string; readonly seen: Observation }[];
  readonly answers: readonly Happened[];
}

interface Addressed {
  readonly message: Message;
  readonly letter: unknown;
}

/**
 * Sends letters through the first provider that may carry them. What a provider certainly does not have goes to the next at once;
 * what nobody can be sure of goes nowhere else.
 */
export async function carryLetters(ports: OutreachPorts, claim: Claim, letters: readonly Addressed[]): Promise<Carried> {
  const last = new Map<Addressed, { outcome: Outcome; provider: Provider<unknown> }>();
  const observations: { provider: string; seen: Observation }[] = [];
  const answers: Happened[] = [];
  let waiting = letters;
  for (const { provider, limit } of claim.carriers) {
    const batch = waiting.slice(0, limit);
    if (batch.length === 0 || ports.clock.now() > plus(claim.until, -LEASE_MARGIN)) break;
    const outcomes = await sendThrough(ports, claim, provider, batch);
    observations.push({ provider: provider.name, seen: { failed: sendFailed(outcomes) } });
    batch.forEach((letter, index) => {
      const outcome = outcomes[index] ?? NO_WORD;
      last.set(letter, { outcome, provider });
      const kind = answered(outcome);
      if (kind) answers.push({ message: letter.message, provider: provider.name, kind });
    });
    waiting = waiting.filter((letter) => mayPassOn(last.get(letter)?.outcome ?? NOT_TRIED));
  }
  const now = ports.clock.now();
  const results = letters.map((letter) => {
    const { outcome, provider } = last.get(letter) ?? { outcome: NOT_TRIED, provider: NOBODY };
    const suppress = outcome.kind === "refused" && outcome.scope === "address" ? outcome.suppress : undefined;
    return { message: letter.message, happening: happeningOf(outcome, provider, now), ...(suppress && { suppress }) };
  });
  return { results, observations, answers };
}

const NO_WORD: Outcome = { kind: "unknown", because: "protocol", detail: "the provider said nothing of it" };
const NOT_TRIED: Outcome = { kind: "notSent", because: "not tried", detail: "no provider had room for it before the lease ended" };
const NOBODY = { name: "", evidence: "relay" } as const;

/** A transport says what became of each mail and never throws; if one does, nobody can be sure of any of them. */
async function sendThrough(ports: OutreachPorts, claim: Claim, provider: Provider<unknown>, batch: readonly Addressed[]): Promise<readonly Outcome[]> {
  const heard = (index: number, outcome: Outcome): void => {
    const messageId = batch[index]?.message.id;
    if (outcome.kind === "accepted" && messageId !== undefined) ports.journal.note(claim.id, { messageId, provider: provider.name }, ports.clock.now());
  };
  try {
    return await provider.transport.send(batch.map(({ letter }) => letter), heard);
  } catch (error) {
    ports.log.error({ provider: provider.name, why: error instanceof Error ? error.name : "unknown" }, "A provider broke its contract and threw");
    return batch.map(() => NO_WORD);
  }
}

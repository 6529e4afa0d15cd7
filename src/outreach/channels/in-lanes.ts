import { SECOND, type Milliseconds } from "../../base/time.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Provider } from "../provider.ts";

/** No letter of a batch is begun later: the last answer must be in before the lease ends, also where a second provider takes over. */
const BEGIN_WITHIN: Milliseconds = 30 * SECOND;

/** How letters that are posted one by one are sent. */
interface LetterPost<Letter> {
  readonly connections: number;
  /** Sends one; never rejects. */
  sendOne(letter: Letter): Promise<Outcome>;
}

/**
 * Sends a batch over a few lanes beside each other. Once the provider itself says no (its limits, its rules for us), or
 * cannot be reached, the rest of the batch is not handed to it: it would only say so again.
 */
export async function sendInLanes<Letter>(
  { connections, sendOne }: LetterPost<Letter>,
  batch: readonly Letter[],
  heard: Parameters<Provider<Letter>["transport"]["send"]>[1] = () => {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = batch.map(() => LEFT);
  let next = 0;
  let isClosed = false;
  const begun = AbortSignal.timeout(BEGIN_WITHIN);
  const lane = async (): Promise<void> => {
    while (next < batch.length && !isClosed && !begun.aborted) {
      const index = next++;
      const outcome = await sendOne(batch[index] as Letter);
      outcomes[index] = outcome;
      heard(index, outcome);
      isClosed ||= closes(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(connections, batch.length) }, lane));
  return outcomes;
}

const LEFT: Outcome = { kind: "notSent", because: "left", detail: "what was before it in the batch took too long, or the provider refused it" };

function closes(outcome: Outcome): boolean {
  return outcome.kind === "notSent" || (outcome.kind === "refused" && outcome.scope === "provider");
}

import type { Outcome } from "../core/outcome.ts";
import type { Provider } from "../provider.ts";

/** How letters that are posted one by one are sent. */
export interface LetterPost<Letter> {
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
  const lane = async (): Promise<void> => {
    while (next < batch.length && !isClosed) {
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

const LEFT: Outcome = { kind: "notSent", because: "left", detail: "the provider refused what was before it in the batch" };

function closes(outcome: Outcome): boolean {
  return outcome.kind === "notSent" || (outcome.kind === "refused" && outcome.scope === "provider");
}

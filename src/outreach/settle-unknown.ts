import type { StoreId } from "../base/ids.ts";
import { plus } from "../base/time.ts";
import { openTasks } from "../people/index.ts";
import { DECIDE_WITHIN, SETTLE_BATCH } from "./core/limits.ts";
import { advance } from "./core/progress.ts";
import type { OutreachPorts } from "./ports.ts";
import { lockDoubtful, moveMessages } from "./store/messages.ts";

export interface SettleReport {
  /** Sent once more, with the same Message-ID. */
  readonly resent: number;
  /** In doubt for the second time: a person decides. */
  readonly asked: number;
}

/** The role that decides about mail in doubt. */
const OWNER = "support";

/**
 * Ends the wait for evidence: the first time a message is sent once more, and that is counted and visible;
 * the second time it stays in doubt and a person is asked, because a third copy would serve nobody.
 */
export async function settleUnknown(ports: OutreachPorts, store: StoreId): Promise<SettleReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const doubtful = await lockDoubtful(tx, store, now, SETTLE_BATCH);
    const moved = doubtful.flatMap((message) => {
      const to = advance(message, { kind: "windowOver" }, now);
      return to ? [{ message, to }] : [];
    });
    await moveMessages(tx, store, moved, now);
    const asked = moved.filter(({ to }) => to.state === "unknown");
    await openTasks(
      tx,
      store,
      asked.map(({ message }) => ({
        about: `message/${message.id}`,
        owner: OWNER,
        what: "Twice nobody could say whether this notice was sent. Ask the mail provider, then mark it as sent or give it up.",
        dueAt: plus(now, DECIDE_WITHIN),
      })),
    );
    return { resent: moved.length - asked.length, asked: asked.length };
  });
}

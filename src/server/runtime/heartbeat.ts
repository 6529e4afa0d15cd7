import { MINUTE, SECOND } from "../../base/time.ts";
import { reconcile } from "../../incidents/index.ts";
import type { Duty } from "../duties.ts";
import type { Opened } from "./open.ts";

/** The outside watchdog expects a beat each minute. */
const BEAT = MINUTE;
const ANSWER_WITHIN = 10 * SECOND;

/**
 * Tells the outside watchdog that everybody is accounted for. Silence is the alarm: no beat goes out while a store
 * does not balance, or while this process or its database cannot work. The watchdog must not share our fate.
 */
export function heartbeat(opened: Opened, url: string, call: (url: string) => Promise<unknown> = callWatchdog): Duty {
  const { database, ports, stores } = opened;
  return {
    name: "heartbeat",
    every: BEAT,
    run: async () => {
      for (const { id } of stores) {
        const line = await reconcile(database, id, ports.clock.now());
        if (line.balanced) continue;
        ports.log.error({ store: id, faults: line.faults, overdue: line.overdue }, "The ledger does not balance: no heartbeat is sent");
        return { worked: 0 };
      }
      await call(url);
      return { worked: 0 };
    },
  };
}

async function callWatchdog(url: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", signal: AbortSignal.timeout(ANSWER_WITHIN) });
  if (!answer.ok) throw new Error(`the watchdog answered ${answer.status}`);
}

import { uuidOf } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import type { InboxRow } from "./delivery.ts";
import type { Fact, StoreEvent } from "./event.ts";

/** What an adapter says; the rest of an event follows from the row it was read from. */
export interface Telling {
  readonly at: Instant;
  readonly orderId?: string;
  readonly refs?: readonly string[];
  readonly fact: Fact;
}

/**
 * An event with its id. The id depends on what is said, of which order and as of when, and not on the delivery
 * that said it: a webhook, its repetition and a pull that tell the same fact are one event.
 */
export function makeEvent(row: InboxRow, telling: Telling): StoreEvent {
  const { at, orderId, refs = [], fact } = telling;
  return {
    id: uuidOf("event", row.source, at, orderId ?? "", refs.join(" "), JSON.stringify(fact)),
    inboxId: row.inboxId,
    source: row.source,
    at,
    receivedAt: row.receivedAt,
    ...(orderId === undefined ? {} : { orderId }),
    refs,
    ...(row.imported === "history" && { history: true }),
    fact,
  };
}

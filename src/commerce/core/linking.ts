import type { StoreEvent } from "../../intake/index.ts";

/** What linking needs of an event, whether it has just arrived or has waited. */
export type Linkable = Pick<StoreEvent, "orderId" | "refs">;

/**
 * Learns which order each ref belongs to, from the events themselves: all names that one event carries are names of
 * one order. Runs until nothing more is learned, so that a chain (order - payment - charge - refund) needs no luck
 * in its order of arrival. A name that is already known keeps its order.
 */
export function learnLinks(known: ReadonlyMap<string, string>, events: readonly Linkable[]): Map<string, string> {
  const links = new Map(known);
  let open = [...events];
  for (let learned = true; learned; ) {
    const unresolved = open.filter((event) => !teach(links, event));
    learned = unresolved.length < open.length;
    open = unresolved;
  }
  return links;
}

/** The order of an event: the one it names, else that of the first of its refs that is known. */
export function orderOf(links: ReadonlyMap<string, string>, event: Linkable): string | undefined {
  if (event.orderId !== undefined) return event.orderId;
  for (const ref of event.refs) {
    const orderId = links.get(ref);
    if (orderId !== undefined) return orderId;
  }
  return undefined;
}

function teach(links: Map<string, string>, event: Linkable): boolean {
  const orderId = orderOf(links, event);
  if (orderId === undefined) return false;
  for (const ref of event.refs) if (!links.has(ref)) links.set(ref, orderId);
  return true;
}

import { earliest, type Instant } from "../base/time.ts";
import type { OrderView, Told } from "../commerce/index.ts";
import { MONEY_OF_CANCELLATION } from "../promises/index.ts";
import { CANCELLED, causeOfThing } from "./money.ts";
import { matterOf, namesParcel } from "./parcels.ts";

/**
 * When an import of the past first told of what these names of a cause are about; undefined where a live word tells of
 * it as well. What had gone wrong with it by then is history.
 */
export function importedAt(order: OrderView, names: readonly string[]): Instant | undefined {
  const moments = names.flatMap((name) => toldOf(order, name)).map((told) => told.importedAt);
  const [first, ...rest] = moments.filter((at) => at !== undefined);
  return first === undefined || rest.length + 1 < moments.length ? undefined : earliest(first, ...rest);
}

function toldOf({ doc }: OrderView, name: string): readonly Told[] {
  const cancellation = doc.cancellation ? [doc.cancellation] : [];
  const refunds = Object.values(doc.refunds);
  if (name === CANCELLED) return cancellation;
  // All the money of a cancelled order: a live word of any refund is one of it.
  if (name === causeOfThing(MONEY_OF_CANCELLATION)) return [...cancellation, ...refunds];
  if (matterOf(name) === "money") return refunds.filter(({ latest }) => name === `refund/${latest.value.refundId}`);
  return Object.entries(doc.parcels).flatMap(([id, parcel]) => (namesParcel(name, id) ? [parcel] : []));
}

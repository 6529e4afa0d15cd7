import { earliest, type Instant } from "../base/time.ts";
import type { OrderView, Told } from "../commerce/index.ts";
import { MONEY_OF_CANCELLATION } from "../promises/index.ts";
import { addressOf } from "./holds.ts";
import { CANCELLED, causeOfThing } from "./money.ts";
import { HOLD, matterOf } from "./matter.ts";
import { namesParcel } from "./parcels.ts";

/**
 * When an import of the past first told of what these names of a cause are about; undefined where a live word tells of
 * it as well. What had gone wrong with it by then is history.
 */
export function importedAt(order: OrderView, names: readonly string[]): Instant | undefined {
  const moments = names.flatMap((name) => toldOf(order, name)).map((told) => told.importedAt);
  const [first, ...rest] = moments.filter((at) => at !== undefined);
  return first === undefined || rest.length + 1 < moments.length ? undefined : earliest(first, ...rest);
}

function toldOf(order: OrderView, name: string): readonly Told[] {
  const { doc } = order;
  const cancellation = doc.cancellation ? [doc.cancellation] : [];
  const refunds = Object.values(doc.refunds);
  if (name === CANCELLED) return cancellation;
  // All the money of a cancelled order: a live word of any refund is one of it. No import tells of a withdrawal.
  if (name === causeOfThing(MONEY_OF_CANCELLATION)) return [...cancellation, ...(doc.withdrawal ? [{}] : []), ...refunds];
  switch (matterOf(name)) {
    case "money":
      return refunds.filter(({ latest }) => name === `refund/${latest.value.refundId}`);
    case "address":
      return toldOfAddress(order);
    case "withdrawal":
    case "payment":
      // Imports of the past tell of neither.
      return [];
    case "delay":
      return order.doc.details ? [order.doc.details] : [];
    case "hold":
      return Object.entries(doc.fulfilments).flatMap(([id, fulfilment]) => (name === `${HOLD}${id}` ? [fulfilment] : []));
    default:
      return Object.entries(doc.parcels).flatMap(([id, parcel]) => (namesParcel(name, id) ? [parcel] : []));
  }
}

/** Whoever told what is wrong with it: the label, the warehouse, or the order itself. */
function toldOfAddress(order: OrderView): readonly Told[] {
  const { details, parcels, fulfilments } = order.doc;
  switch (addressOf(order).state) {
    case "label_failed":
      return Object.values(parcels).filter(({ latest }) => latest.value.status === "label_failed");
    case "held":
      return Object.values(fulfilments).filter(({ latest }) => latest.value.status === "held");
    default:
      return details ? [details] : [];
  }
}

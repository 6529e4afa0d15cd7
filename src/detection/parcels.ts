import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { type JoinedParcel, parcelsOf, refundsOf } from "../promises/index.ts";
import { LOSS } from "./matter.ts";

/** What evidence shows of the parcel that a cause is about. */
export interface ParcelView {
  readonly parcel: JoinedParcel | undefined;
  /** The order was cancelled: nobody waits for its parcels. */
  readonly isCalledOff: boolean;
  /** Another parcel of the order was first heard of after this one was lost. */
  readonly isResent: boolean;
  /** Money of the order was given back, or is on its way, since this one was lost. */
  readonly isRefunded: boolean;
}

/** What evidence shows of the parcel that a cause of the matter `standstill` or `loss` names. */
export function parcelOf(order: OrderView, cause: string): ParcelView {
  const parcels = parcelsOf(order);
  const parcel = parcels.find(({ ids }) => ids.some((id) => namesParcel(cause, id)));
  const lostAt = parcel && lossAt(parcel);
  const since = (at: Instant): boolean => lostAt !== undefined && at >= lostAt;
  return {
    parcel,
    isCalledOff: order.doc.cancellation !== undefined,
    isResent: parcels.some((other) => other !== parcel && Object.values(other.first).every(since)),
    isRefunded: refundsOf(order).some((refund) => refund.status !== "failed" && refund.status !== "cancelled" && since(refund.since)),
  };
}

/** `scan/<id>`, and `scan/<id>/2` for its third stretch. */
export function namesParcel(cause: string, id: string): boolean {
  const named = cause.slice(cause.indexOf("/") + 1);
  return named === id || (named.startsWith(`${id}/`) && /^\d+$/.test(named.slice(id.length + 1)));
}

/** Parcels that will not reach their reader, each with every name of its cause. */
export function lostParcels(order: OrderView): readonly { readonly names: readonly string[]; readonly at: Instant }[] {
  const cancelledAt = order.doc.cancellation?.at ?? Infinity;
  return parcelsOf(order)
    .filter((parcel) => (parcel.status === "returning" || parcel.status === "failed") && parcel.statusAt < cancelledAt)
    .map((parcel) => ({ names: parcel.ids.map((id) => `${LOSS}${id}`), at: parcel.statusAt }));
}

/** When its carrier first said that it will not arrive. */
function lossAt({ first }: JoinedParcel): Instant | undefined {
  const { returning, failed } = first;
  if (returning === undefined || failed === undefined) return returning ?? failed;
  return returning <= failed ? returning : failed;
}

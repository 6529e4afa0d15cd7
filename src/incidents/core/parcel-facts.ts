import type { ParcelView } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { FactValue } from "./model.ts";

/** Where a parcel stands, as the texts of its case say it. */
export type ParcelState =
  | "not_picked_up" | "stalled" | "moving" | "ready" | "delivered"
  /** It comes back or is lost: another case speaks of that. */
  | "handed_on"
  | "called_off";

export type LossState = "returning" | "lost" | "damaged" | "undeliverable" | "moving" | "ready" | "delivered" | "resent" | "refunded" | "called_off";

/** A parcel that stood still: whether it does now is what its broken promise says, and nothing else. */
export function parcelState(cause: string, view: ParcelView, promises: readonly StorePromise[]): ParcelState {
  if (view.isCalledOff || view.parcel === undefined) return "called_off";
  const stands = promises.some((promise) => promise.thing === cause && promise.state === "broken" && promise.madeGoodAt === undefined);
  if (stands) return cause.startsWith("pickup/") ? "not_picked_up" : "stalled";
  const { status } = view.parcel;
  return status === "returning" || status === "failed" ? "handed_on" : underWay(status);
}

/** A parcel that its carrier gave up: what became of it since. */
export function lossState(view: ParcelView): LossState {
  if (view.isCalledOff || view.parcel === undefined) return "called_off";
  const { status, why } = view.parcel;
  if (view.isRefunded) return "refunded";
  if (view.isResent) return "resent";
  if (status === "returning") return "returning";
  if (status === "failed") return why === "damaged" || why === "lost" ? why : "undeliverable";
  return underWay(status);
}

function underWay(status: string): "moving" | "ready" | "delivered" {
  return status === "delivered" ? "delivered" : status === "pickup" ? "ready" : "moving";
}

/** What texts may show of a parcel. Its number leads to an address, so it stands on the order's page alone. */
export function parcelValues({ parcel }: ParcelView): Record<string, FactValue> {
  const lastSeenAt = parcel?.handled.at(-1);
  const { carrier, expectedBy } = parcel ?? {};
  // An estimate that the last scan has overtaken is none.
  const isExpected = expectedBy !== undefined && (lastSeenAt === undefined || expectedBy > lastSeenAt);
  return {
    ...(carrier !== undefined && { carrier: { text: carrier } }),
    ...(lastSeenAt !== undefined && { last_seen_on: { day: lastSeenAt } }),
    ...(isExpected && { expected_by: { day: expectedBy } }),
  };
}

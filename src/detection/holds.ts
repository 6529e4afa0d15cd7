import type { Instant } from "../base/time.ts";
import { checkAddress, type AddressField, type OrderView } from "../commerce/index.ts";
import type { HoldReason } from "../intake/index.ts";
import { type JoinedParcel, parcelsOf } from "../promises/index.ts";
import { ADDRESS, HOLD } from "./matter.ts";

/** What stands in the way of an order's goods, and since when. */
interface Obstacle {
  readonly names: readonly string[];
  readonly at: Instant;
}

/** Why an order cannot be sent to its address, or what became of that. */
export interface AddressView {
  /**
   * `unusable`: by the postal rules of its country no parcel can reach it. `held`: the warehouse asks for another one.
   * `label_failed`: no label could be made.
   */
  readonly state: "unusable" | "held" | "label_failed" | "settled" | "shipped" | "called_off";
  /** The part that is wrong, where that is known. */
  readonly part: "address" | "country" | "street" | "city" | "region" | "postal_code";
}

/** Where the goods of a held fulfilment stand. */
export interface HoldView {
  readonly state: "held" | "released" | "shipped" | "called_off";
}

const PARTS: Readonly<Partial<Record<AddressField, AddressView["part"]>>> = { country: "country", lines: "street", city: "city", region: "region", postalCode: "postal_code" };

/** What is wrong with an order's address now, by the postal rules, the warehouse or the label. */
export function addressOf(order: OrderView): AddressView {
  if (order.doc.cancellation !== undefined) return { state: "called_off", part: "address" };
  const parcels = parcelsOf(order);
  const wrong = unusablePart(order);
  const part = wrong ?? "address";
  if (parcels.some(isUnlabelled)) return { state: "label_failed", part };
  if (heldFor(order, ["address"]).length > 0) return { state: "held", part };
  if (isUnderWay(order, parcels)) return { state: "shipped", part };
  return { state: wrong === undefined ? "settled" : "unusable", part };
}

/** Whether the customer has to be asked about the address, and since when: one cause for all that is wrong with it. */
export function addressObstacles(order: OrderView): readonly Obstacle[] {
  const { state } = addressOf(order);
  const at = sinceWhen(order, state);
  return at === undefined ? [] : [{ names: [`${ADDRESS}${order.orderId}`], at }];
}

function sinceWhen(order: OrderView, state: AddressView["state"]): Instant | undefined {
  switch (state) {
    case "unusable":
      return order.doc.details?.at;
    case "held":
      return heldFor(order, ["address"])[0]?.at;
    case "label_failed":
      return parcelsOf(order).find(isUnlabelled)?.statusAt;
    default:
      return undefined;
  }
}

/** The fulfilments that are held for one of these reasons, each a cause of its own. */
export function heldFor(order: OrderView, reasons: readonly HoldReason[]): readonly Obstacle[] {
  if (order.doc.cancellation !== undefined) return [];
  return Object.entries(order.doc.fulfilments)
    .filter(([, { latest: { value } }]) => value.status === "held" && value.why !== undefined && reasons.includes(value.why))
    .map(([id, { first, latest }]) => ({ names: [`${HOLD}${id}`], at: first.held ?? latest.at }));
}

/** What became of the fulfilment that a cause names. */
export function holdOf(order: OrderView, cause: string): HoldView {
  if (order.doc.cancellation !== undefined) return { state: "called_off" };
  const status = order.doc.fulfilments[cause.slice(HOLD.length)]?.latest.value.status;
  if (status === "held") return { state: "held" };
  return { state: status === "shipped" || isUnderWay(order, parcelsOf(order)) ? "shipped" : "released" };
}

/** The part of the address without which no parcel can arrive; undefined where it is usable, or none was given. */
function unusablePart(order: OrderView): AddressView["part"] | undefined {
  const { shipTo } = order.doc.details?.value ?? {};
  const country = shipTo?.country ?? order.country;
  // Without any country there are no rules to judge by: the shop may sell in one alone and never write it.
  if (shipTo === undefined || country === undefined) return undefined;
  const wrong = checkAddress({ ...shipTo, country }).findings.find(({ level }) => level === "undeliverable");
  return wrong && (PARTS[wrong.field] ?? "address");
}

function isUnlabelled({ status }: JoinedParcel): boolean {
  return status === "label_failed";
}

/** Whether the carrier has goods of the order: then its address was good enough for a label. */
function isUnderWay(order: OrderView, parcels: readonly JoinedParcel[]): boolean {
  return parcels.some(({ first, handled }) => handled.length > 0 || first.label !== undefined) || Object.values(order.doc.fulfilments).some(({ latest }) => latest.value.status === "shipped");
}

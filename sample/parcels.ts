import { DAY, HOUR, plus, type Instant } from "../src/base/time.ts";
import type { SampleOrder, SampleParcel, Scene, StorySecrets } from "./model.ts";
import { orderDelivery, parcelDelivery, scanDelivery, webhookId } from "./shop.ts";

/** The `count`-th parcel of an order. */
function parcelOf(order: SampleOrder, count: number, shippedAt: Instant): SampleParcel {
  const id = `4${order.id.slice(1, -1)}${count}`;
  return { id, tracking: `JD${id}`, shippedAt };
}

function leaves(order: SampleOrder, parcel: SampleParcel, { shop }: StorySecrets): Scene {
  return { at: parcel.shippedAt, orderNumber: order.number, what: "is packed", deliver: () => parcelDelivery(order, parcel, shop, webhookId(order, "parcel", parcel.id)) };
}

function scan(order: SampleOrder, parcel: SampleParcel, status: string, at: Instant, told: Pick<Scene, "what" | "wrong">, { shop }: StorySecrets): Scene {
  return { at, orderNumber: order.number, ...told, deliver: () => scanDelivery(order, parcel, status, at, shop, webhookId(order, "scan", parcel.id, at)) };
}

/** The carrier loses a parcel, and the shop sends another one. */
export function lostParcel(order: SampleOrder, secrets: StorySecrets): Scene[] {
  const at = (hours: number): Instant => plus(order.placedAt, hours * HOUR);
  const [first, second] = [parcelOf(order, 1, at(2)), parcelOf(order, 2, at(26))];
  return [
    leaves(order, first, secrets),
    scan(order, first, "in_transit", at(4), { what: "is with the carrier" }, secrets),
    scan(order, first, "failure", at(10), { what: "is lost by the carrier", wrong: true }, secrets),
    { ...leaves(order, second, secrets), what: "is sent again" },
    scan(order, second, "in_transit", at(28), {}, secrets),
    scan(order, second, "delivered", at(52), { what: "is delivered" }, secrets),
  ];
}

/** A parcel stands still somewhere for longer than any weekend explains, and then goes on. */
export function stalledParcel(order: SampleOrder, secrets: StorySecrets): Scene[] {
  const parcel = parcelOf(order, 1, plus(order.placedAt, 2 * HOUR));
  const found = plus(order.placedAt, 10 * DAY);
  return [
    leaves(order, parcel, secrets),
    scan(order, parcel, "in_transit", plus(order.placedAt, 4 * HOUR), { what: "is with the carrier, who does not touch it again for ten days", wrong: true }, secrets),
    scan(order, parcel, "in_transit", found, { what: "moves again" }, secrets),
    scan(order, parcel, "delivered", plus(found, DAY), { what: "is delivered" }, secrets),
  ];
}

/** The customer mistypes the postal code, and corrects it once asked. */
export function mistypedAddress(order: SampleOrder, secrets: StorySecrets): Scene[] {
  const at = plus(order.placedAt, 8 * HOUR);
  const corrected: SampleOrder = { ...order, updatedAt: at };
  const parcel = parcelOf(order, 1, plus(at, 4 * HOUR));
  return [
    { at, orderNumber: order.number, what: "gets the right address", deliver: () => orderDelivery(corrected, "orders/updated", secrets.shop, webhookId(order, "corrected")) },
    leaves(corrected, parcel, secrets),
    scan(corrected, parcel, "in_transit", plus(at, 6 * HOUR), {}, secrets),
    scan(corrected, parcel, "delivered", plus(at, 30 * HOUR), { what: "is delivered" }, secrets),
  ];
}

/** The order as it was placed, with a postal code that no place has. */
export function mistyped(order: SampleOrder): SampleOrder {
  const { address } = order.contact;
  return address === undefined ? order : { ...order, contact: { ...order.contact, address: { ...address, zip: "0" } } };
}

import { createHmac } from "node:crypto";
import type { SampleOrder, VendorDelivery } from "../../sample/model.ts";
import { CARRIER, scanDelivery } from "../../sample/shop.ts";
import { uuidOf } from "../../src/base/ids.ts";
import { iso, type Instant } from "../../src/base/time.ts";
import type { Scan, ScanStatus, SimParcel } from "./parcels.ts";

/** The shop has one word for all that will not arrive. */
const SHOP_WORDS: Readonly<Record<ScanStatus, string>> = {
  moving: "in_transit", "last mile": "out_for_delivery", delivered: "delivered", returning: "failure", lost: "failure", undeliverable: "failure",
};

/** The tracker's status and detail (https://docs.easypost.com/docs/trackers). */
const TRACKER_WORDS: Readonly<Record<ScanStatus, readonly [status: string, detail: string]>> = {
  moving: ["in_transit", "arrived_at_facility"],
  "last mile": ["out_for_delivery", "out_for_delivery"],
  delivered: ["delivered", "arrived_at_destination"],
  returning: ["return_to_sender", "return"],
  lost: ["in_transit", "lost"],
  undeliverable: ["failure", "unknown"],
};

/** What the shop tells of a scan. */
export function shopScan(order: SampleOrder, parcel: SimParcel, { at, status }: Scan, secret: string, webhookId: string): VendorDelivery {
  return scanDelivery(order, parcel, SHOP_WORDS[status], at, secret, webhookId);
}

/** What a tracker tells at a moment, in EasyPost's documented format, signed as EasyPost signs: the parcel with every scan that it has heard of. */
export function trackerDelivery(parcel: SimParcel, scans: readonly Scan[], toldAt: Instant, secret: string): VendorDelivery<"easypost"> {
  const at = iso(toldAt);
  const topic = scans.length === 0 ? "tracker.created" : "tracker.updated";
  const body = JSON.stringify({
    id: `evt_${uuidOf(topic, parcel.id, at).replaceAll("-", "")}`,
    object: "Event",
    description: topic,
    created_at: at,
    result: { object: "Tracker", id: parcel.trackerId, tracking_code: parcel.tracking, carrier: CARRIER, ...wordsOf(scans.at(-1)), created_at: iso(parcel.shippedAt), updated_at: at, is_return: false, tracking_details: scans.map((scan) => ({ object: "TrackingDetail", datetime: iso(scan.at), ...wordsOf(scan) })) },
  });
  const signature = `hmac-sha256-hex=${createHmac("sha256", secret).update(body).digest("hex")}`;
  return { source: "easypost", topic, headers: { "content-type": "application/json", "x-hmac-signature": signature }, body };
}

function wordsOf(scan: Scan | undefined): { status: string; status_detail: string } {
  const [status, detail] = scan === undefined ? ["pre_transit", "label_created"] : TRACKER_WORDS[scan.status];
  return { status, status_detail: detail };
}

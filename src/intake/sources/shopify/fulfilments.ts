import { z } from "zod";
import { table } from "../../../base/table.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { FactOf, FulfilmentStatus, HoldReason } from "../../core/event.ts";
import { readJson } from "../../core/json.ts";
import { makeEvent } from "../../core/make-event.ts";
import { moment, present, readPayload, vendorId } from "../payload.ts";
import { momentOf } from "./orders.ts";

/** https://shopify.dev/docs/api/admin-rest/latest/resources/fulfillmentorder (status): `incomplete` is work that was given up in part. */
const STATUSES = table<FulfilmentStatus>({
  open: "open",
  in_progress: "open",
  scheduled: "open",
  incomplete: "open",
  on_hold: "held",
  closed: "shipped",
  cancelled: "cancelled",
});

/** https://shopify.dev/docs/api/admin-graphql/latest/enums/FulfillmentHoldReason */
const REASONS = table<HoldReason>({
  awaiting_payment: "payment",
  high_risk_of_fraud: "fraud",
  incorrect_address: "address",
  inventory_out_of_stock: "inventory",
  unknown_delivery_date: "date_unknown",
});

const GID = /^gid:\/\/shopify\/FulfillmentOrder\/(\d+)$/;

const fulfillmentOrder = z.object({
  id: vendorId.transform((id) => GID.exec(id)?.[1] ?? id),
  /** Only the API names it. */
  order_id: vendorId.nullish(),
  status: z.string(),
  fulfill_by: moment.nullish(),
  updated_at: moment.nullish(),
  fulfillment_holds: z.array(z.object({ reason: z.string().nullish() })).nullish(),
});
const payload = z.object({ fulfillment_order: fulfillmentOrder });

/**
 * The work of a location on an order (a "fulfillment order"). Its webhooks do not say whose order it is: they wait
 * under the name of the work until the pull has asked.
 */
export function readFulfilment(row: InboxRow, shop: string): Normalised {
  return readPayload(row, payload, ({ fulfillment_order: work }) => {
    const status = STATUSES[work.status.toLowerCase()];
    if (status === undefined) return { kind: "quarantined", code: "unreadable", why: `No release so far knows the status "${work.status.slice(0, 40)}" of a fulfilment order. It is kept; report it.` };
    const reason = work.fulfillment_holds?.find((hold) => hold.reason != null)?.reason?.toLowerCase();
    const fact = present<FactOf<"fulfilment.recorded">>({
      kind: "fulfilment.recorded",
      fulfilmentId: `${shop}/${work.id}`,
      status,
      why: status === "held" ? (REASONS[reason ?? ""] ?? "other") : undefined,
      shipBy: work.fulfill_by,
    });
    const told = { at: momentOf(row, work.updated_at), refs: [`${shop}/fulfillment_order/${work.id}`], fact };
    return { kind: "events", events: [makeEvent(row, work.order_id ? { ...told, orderId: `${shop}/${work.order_id}` } : told)] };
  });
}

/** The id of the work that a kept webhook is about, where it is about one. */
export function fulfilmentIn(row: Pick<InboxRow, "body">): string | undefined {
  const json = readJson(row.body);
  return json.ok ? payload.safeParse(json.value.value).data?.fulfillment_order.id : undefined;
}

import { iso, type Instant } from "../src/base/time.ts";
import type { SampleOrder, VendorDelivery } from "./model.ts";

/**
 * The sample store's help desk, where mails, calls and letters arrive: it tells of a withdrawal as a CloudEvent 1.0 in
 * structured mode, signed in with its API key. `declaredAt`: when its customer declared it, however late the desk reads it.
 */
export function withdrawalEvent(order: SampleOrder, declaredAt: Instant, key: string, id: string): VendorDelivery<"desk"> {
  const type = "com.makegood.withdrawal.declared";
  const event = { specversion: "1.0", id, source: "/help-desk", type, subject: `shopify/${order.id}`, time: iso(declaredAt), datacontenttype: "application/json", data: {} };
  return { source: "desk", topic: type, headers: { "content-type": "application/cloudevents+json", authorization: `Bearer ${key}` }, body: JSON.stringify(event) };
}

import { iso } from "../../base/time.ts";
import { formatMoney } from "../../base/money.ts";
import type { Normalised } from "../core/delivery.ts";
import type { Fact, StoreEvent } from "../core/event.ts";

/**
 * What a delivery became, in a line for each event; the event's id pins everything else that it says.
 * Each vendor's `expected.json` holds it for each recorded delivery that we test with.
 */
export function describeOutcome(said: Normalised): string | readonly string[] {
  switch (said.kind) {
    case "events":
      return said.events.map(describeEvent);
    case "ignored":
      return `ignored: ${said.why}`;
    case "quarantined":
      return `quarantined: ${said.code}: ${said.why}`;
  }
}

function describeEvent(event: StoreEvent): string {
  const whose = event.orderId ?? (event.refs.length > 0 ? `order of ${event.refs.join(" or ")}` : "no order");
  // What carries no time of its own stands at its receipt, and so does its id: no table can hold that.
  const when = event.at === event.receivedAt ? ["when received"] : [iso(event.at), event.id];
  return [event.fact.kind, gist(event.fact), whose, ...when].filter((part) => part !== "").join(" | ");
}

function gist(fact: Fact): string {
  switch (fact.kind) {
    case "order.recorded":
      return `${fact.reference} ${formatMoney(fact.total, "en")}`;
    case "order.cancelled":
      return fact.reason;
    case "payment.recorded":
      return [fact.status, formatMoney(fact.amount, "en"), fact.why ?? ""].join(" ").trim();
    case "refund.recorded":
      return [fact.view, fact.status, formatMoney(fact.amount, "en"), fact.why ?? ""].join(" ").trim();
    case "parcel.recorded":
    case "fulfilment.recorded":
      return [fact.status, fact.why ?? ""].join(" ").trim();
    case "dispute.opened":
      return `${fact.reason} ${formatMoney(fact.amount, "en")}`;
    case "customer.recorded":
    case "words.said":
    case "privacy.requested":
    case "privacy.redact":
    case "privacy.redactStore":
      return "";
  }
}

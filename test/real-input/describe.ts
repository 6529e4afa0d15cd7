import { uuidOf } from "../../src/base/ids.ts";
import { formatMoney } from "../../src/base/money.ts";
import { type Instant, iso } from "../../src/base/time.ts";
import type { Fact, Normalised, StoreEvent } from "../../src/intake/index.ts";
import type { EvidenceReader } from "../../src/outreach/index.ts";

type EvidenceRead = Awaited<ReturnType<EvidenceReader["read"]>>;
type ReportedMessage = Extract<EvidenceRead, { kind: "reports" }>["reports"][number];

/** A line for each event of a delivery; the event's id pins everything else that it says. */
export function describeEvents(said: Normalised): readonly string[] {
  return said.kind === "events" ? said.events.map(describeEvent) : [];
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
    case "checkout.recorded":
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
    case "choice.made":
      return fact.choice;
    case "checkout.completed":
    case "withdrawal.declared":
    case "customer.recorded":
    case "words.said":
    case "privacy.requested":
    case "privacy.redact":
    case "privacy.redactStore":
      return "";
  }
}

/** A line for each report of a piece of evidence. Its address, its Message-ID and the server's words are pinned by a digest and not shown. */
export function describeReports(read: EvidenceRead, receivedAt: Instant): readonly string[] {
  return read.kind === "reports" ? read.reports.map((reported) => describeReport(reported, receivedAt)) : [];
}

function describeReport({ rfcId, address, at, report }: ReportedMessage, receivedAt: Instant): string {
  const what = report.kind === "failed" ? `failed: ${report.addressDead ? "the address is dead" : "this mail only"}` : report.kind;
  const by = [...(rfcId !== undefined ? ["Message-ID"] : []), ...(address !== undefined ? ["address"] : [])].join(" and ");
  return [what, `found by ${by}`, at === receivedAt ? "when received" : iso(at), uuidOf("reported", rfcId ?? "", address ?? "", report.why)].join(" | ");
}

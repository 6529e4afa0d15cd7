import { table } from "../../../base/table.ts";
import type { InboxRow, Normalised } from "../../core/delivery.ts";
import type { Contact, FactOf } from "../../core/event.ts";
import { readJson } from "../../core/json.ts";
import { makeEvent } from "../../core/make-event.ts";
import { dialable, present, readPayload, unknownKind } from "../payload.ts";
import { orderEvents } from "./orders.ts";
import * as payloads from "./payloads.ts";

type Reader = (row: InboxRow, names: payloads.Names) => Normalised;

/** Why an order of a status is none yet, or none any more. */
const NO_ORDERS = table<string>({
  "checkout-draft": "A basket at the checkout: nobody has ordered yet.",
  "auto-draft": "Staff have only begun to write this order.",
  draft: "Staff have only begun to write this order.",
  trash: "The order lies in the shop's trash.",
});
const TRASHED = "That cancels nothing and gives nothing back: what is promised of it stays promised. To end it, restore the order in the shop and cancel or refund it.";

const order: Reader = (row, names) => readPayload(row, payloads.order, (body) => told(row, body, [], names));

const pulledOrder: Reader = (row, names) => readPayload(row, payloads.pulledOrder, (body) => told(row, body.order, body.refunds, names));

function told(row: InboxRow, body: payloads.Order, refunds: readonly payloads.RefundRecord[], names: payloads.Names): Normalised {
  const none = NO_ORDERS[body.status];
  if (none !== undefined) return ignored(body.status === "trash" ? `${none} ${TRASHED}` : none);
  return { kind: "events", events: orderEvents(row, body, refunds, names) };
}

const customer: Reader = (row, names) =>
  readPayload(row, payloads.customer, (body) => {
    const customerId = `${names.shop}/${body.id}`;
    const contact = present<Contact>({
      customerId,
      firstName: body.first_name,
      lastName: body.last_name,
      email: body.email,
      phone: dialable(body.billing?.phone),
    });
    const fact: FactOf<"customer.recorded"> = { kind: "customer.recorded", customerId, contact };
    return { kind: "events", events: [makeEvent(row, { at: body.date_modified_gmt ?? body.date_created_gmt ?? row.receivedAt, fact })] };
  });

const deleted =
  (why: string): Reader =>
  (row) =>
    readPayload(row, payloads.deleted, () => ignored(why));

const READERS = table<Reader>({
  "order.created": order,
  "order.updated": order,
  "order.restored": order,
  "order.deleted": deleted(`The order was moved to the shop's trash. ${TRASHED}`),
  "order.pulled": pulledOrder,
  "customer.created": customer,
  "customer.updated": customer,
  "customer.deleted": deleted("The account was deleted, its orders stay, and so does what is owed of them. Somebody who wants to be forgotten needs the shop's own removal of personal data."),
});

/** Stands for the topic of a delivery that lost it on its way. */
export const NO_TOPIC = "without a topic";
const LOST_TOPIC = "It is signed by the shop and came without its topic: check that no proxy drops the header X-WC-Webhook-Topic. The next pull brings the order; then dismiss this.";

/** What a delivery of a WooCommerce topic says. */
export function normaliseWooCommerce(row: InboxRow, names: payloads.Names): Normalised {
  const read = READERS[row.kind];
  if (row.kind === NO_TOPIC) return { kind: "quarantined", code: "unreadable", why: LOST_TOPIC };
  if (!read) return unknownKind(row, "WooCommerce");
  const said = read(row, names);
  return said.kind === "quarantined" ? (shopsProblem(row) ?? said) : said;
}

/** The webhook is made in the background: by then the shop itself may fail to read what it is about, and sends the error. */
function shopsProblem(row: InboxRow): Normalised | undefined {
  const json = readJson(row.body);
  const body = json.ok ? payloads.problem.safeParse(json.value.value) : undefined;
  if (!body?.success) return undefined;
  const { code, data: { status } } = body.data;
  if (status === 404) return ignored("The shop had deleted for good what it was to tell of: nothing of it is left to read.");
  const why = `The shop could not read what it was to tell (${code.slice(0, 80)}): whoever saved the webhook may not read it any more. Save the webhook again as a shop manager or administrator; the next pull brings what was missed. Then dismiss this.`;
  return { kind: "quarantined", code: "unreadable", why };
}

function ignored(why: string): Normalised {
  return { kind: "ignored", why };
}

import { z } from "zod";
import { money } from "../../../base/money.ts";
import type { Contact, Fact, FactKind, FactOf, OrderLine, PostalAddress } from "../../core/event.ts";
import { dialable, moment, present } from "../payload.ts";

const id = z.string().min(1).max(200);
const text = z.string().max(500);

const amount = z
  .strictObject({ minor: z.int().min(-9e15).max(9e15), currency: z.string().regex(/^[A-Z]{3}$/, "is not an ISO 4217 code in capitals") })
  .transform(({ minor, currency }) => money(minor, currency));

const phone = z.string().transform((given, context) => {
  const number = dialable(given);
  if (number !== undefined) return number;
  context.addIssue({ code: "custom", message: "is not an E.164 number such as +4930123456" });
  return z.NEVER;
});

const contact = z
  .strictObject({
    customerId: id.optional(),
    firstName: text.optional(),
    lastName: text.optional(),
    email: z.email().max(320).optional(),
    phone: phone.optional(),
    locale: z.string().max(35).optional(),
  })
  .transform((given) => present<Contact>(given));

const country = z.string().regex(/^[A-Z]{2}$/, "is not an ISO 3166-1 alpha-2 code in capitals");

const line = z.strictObject({ id, title: text, quantity: z.int().min(0).max(1_000_000) }).transform((given): OrderLine => given);

const address = z
  .strictObject({
    name: text.optional(),
    company: text.optional(),
    lines: z.array(text).max(10),
    city: text.optional(),
    region: text.optional(),
    postalCode: z.string().max(20).optional(),
    country: country.optional(),
  })
  .transform((given) => present<PostalAddress>(given));

const privacy = { customerId: id.optional(), orderIds: z.array(id).max(10_000).default([]), email: z.email().max(320).optional() };

/**
 * What `data` of a CloudEvent of the type `com.makegood.<kind>` holds. Ids without a slash belong to the sending
 * source; times are RFC 3339; amounts are in minor units.
 */
export const FACT_SCHEMAS = {
  "order.recorded": z.strictObject({
    reference: id,
    placedAt: moment,
    contact,
    country: country.optional(),
    shipTo: address.optional(),
    shipBy: moment.optional(),
    deliverBy: moment.optional(),
    total: amount,
    lines: z.array(line).max(1_000),
    test: z.boolean().default(false),
  }),
  "order.cancelled": z.strictObject({ reason: z.enum(["customer", "inventory", "fraud", "declined", "staff", "other", "unstated"]) }),
  "checkout.recorded": z.strictObject({
    reference: id,
    startedAt: moment,
    contact,
    country: country.optional(),
    total: amount,
    lines: z.array(line).max(1_000),
    marketing: z.boolean().optional(),
    retryUrl: z.url({ protocol: /^https$/ }).max(2_000).optional(),
  }),
  "checkout.completed": z.strictObject({}),
  "payment.recorded": z.strictObject({
    paymentId: id,
    status: z.enum(["pending", "authorized", "captured", "failed", "voided"]),
    amount,
    attempt: text.optional(),
    why: text.optional(),
  }),
  "refund.recorded": z.strictObject({
    refundId: id,
    view: z.enum(["shop", "processor"]),
    status: z.enum(["requested", "pending", "succeeded", "failed", "cancelled"]),
    amount,
    processorRef: id.optional(),
    why: text.optional(),
  }),
  "parcel.recorded": z.strictObject({
    parcelId: id,
    status: z.enum(["label_failed", "label", "moving", "delayed", "last_mile", "pickup", "attempt_failed", "delivered", "returning", "failed", "unknown"]),
    scanned: z.literal(true).optional(),
    why: z.enum(["address", "weather", "customs", "damaged", "lost", "refused", "unclaimed", "carrier", "other"]).optional(),
    carrier: text.optional(),
    tracking: text.optional(),
    expectedBy: moment.optional(),
  }),
  "fulfilment.recorded": z.strictObject({
    fulfilmentId: id,
    status: z.enum(["open", "held", "shipped", "cancelled"]),
    why: z.enum(["payment", "fraud", "address", "inventory", "date_unknown", "other"]).optional(),
    shipBy: moment.optional(),
  }),
  "dispute.opened": z.strictObject({ disputeId: id, amount, reason: text }),
  "choice.made": z.strictObject({ choice: z.enum(["cancel", "wait"]), terms: z.union([z.literal("unknown"), z.iso.datetime()]), deemed: z.literal(true).optional() }),
  "withdrawal.declared": z.strictObject({}),
  "customer.recorded": z.strictObject({ customerId: id, contact }),
  "words.said": z.strictObject({ about: z.enum(["cancellation", "refund"]), channel: text }),
  "privacy.requested": z.strictObject(privacy),
  "privacy.redact": z.strictObject(privacy),
  "privacy.redactStore": z.strictObject({}),
} as const satisfies { readonly [K in FactKind]: z.ZodType };

const TYPE_PREFIX = "com.makegood.";

/** The fact kind that a CloudEvent's type names; undefined for a type that we do not read. */
export function factKind(type: string): FactKind | undefined {
  const kind = type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : "";
  return Object.hasOwn(FACT_SCHEMAS, kind) ? (kind as FactKind) : undefined;
}

/** Facts that belong to no single order: they need no subject. */
export function needsOrder(kind: FactKind): boolean {
  return kind !== "customer.recorded" && !kind.startsWith("privacy.");
}

/** An id under the name of its source: `1001` becomes `erp/1001`, `webshop/1001` stays. */
export function inSource(source: string, given: string): string {
  return given.includes("/") ? given : `${source}/${given}`;
}

/** Reads `data` as a fact of that kind; ids come out under the source's name. */
export function readFact(kind: FactKind, stated: unknown, source: string): z.ZodSafeParseResult<Fact> {
  const schema: z.ZodType<object> = FACT_SCHEMAS[kind];
  return schema.transform((parts) => named({ kind, ...present<object>(parts) } as Fact, source)).safeParse(stated ?? {});
}

function named(fact: Fact, source: string): Fact {
  const own = (given: string): string => inSource(source, given);
  switch (fact.kind) {
    case "order.recorded":
    case "checkout.recorded":
      return { ...fact, contact: namedContact(fact.contact, own) };
    case "payment.recorded":
      return { ...fact, paymentId: own(fact.paymentId) };
    case "refund.recorded":
      return { ...fact, refundId: own(fact.refundId), ...(fact.processorRef !== undefined && { processorRef: own(fact.processorRef) }) };
    case "parcel.recorded":
      return { ...fact, parcelId: own(fact.parcelId) };
    case "fulfilment.recorded":
      return { ...fact, fulfilmentId: own(fact.fulfilmentId) };
    case "dispute.opened":
      return { ...fact, disputeId: own(fact.disputeId) };
    case "customer.recorded":
      return { ...fact, customerId: own(fact.customerId), contact: namedContact({ ...fact.contact, customerId: fact.customerId }, own) };
    case "privacy.requested":
    case "privacy.redact":
      return namedPrivacy(fact, own);
    case "order.cancelled":
    case "checkout.completed":
    case "choice.made":
    case "withdrawal.declared":
    case "words.said":
    case "privacy.redactStore":
      return fact;
  }
}

function namedContact(given: Contact, own: (id: string) => string): Contact {
  return given.customerId === undefined ? given : { ...given, customerId: own(given.customerId) };
}

function namedPrivacy(fact: FactOf<"privacy.requested"> | FactOf<"privacy.redact">, own: (id: string) => string): Fact {
  return { ...fact, orderIds: fact.orderIds.map(own), ...(fact.customerId !== undefined && { customerId: own(fact.customerId) }) };
}

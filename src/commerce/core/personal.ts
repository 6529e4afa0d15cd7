import type { Contact, Fact } from "../../intake/index.ts";
import type { KeptFact, OrderDoc } from "./model.ts";

/** What remains of a contact after erasure: who it was to the vendor, without which counts would change, and a language. */
function withoutPerson(contact: Contact): Contact {
  const { customerId, locale } = contact;
  return { ...(customerId !== undefined && { customerId }), ...(locale !== undefined && { locale }) };
}

/** The order without personal data: no contact and no tracking number, which leads to an address. */
export function redactOrder(doc: OrderDoc): OrderDoc {
  const { details, parcels } = doc;
  const plainParcels = Object.entries(parcels).map(([id, parcel]) => {
    const { tracking: _, ...value } = parcel.value;
    return [id, { ...parcel, value }] as const;
  });
  return {
    ...doc,
    ...(details && { details: { ...details, value: { ...details.value, contact: withoutPerson(details.value.contact) } } }),
    parcels: Object.fromEntries(plainParcels),
  };
}

/**
 * The fact as the history keeps it. What is personal stands in one place each (the order, the customer),
 * so that one erasure is enough and an order's tenth update does not copy its address a tenth time.
 */
export function keptFact(fact: Fact): KeptFact {
  const { contact: _, email: __, tracking: ___, ...kept } = fact as Fact & { contact?: unknown; email?: unknown; tracking?: unknown };
  return kept as KeptFact;
}

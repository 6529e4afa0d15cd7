import type { Contact, Fact } from "../../intake/index.ts";
import type { KeptFact, OrderDetails, OrderDoc } from "./model.ts";

/** What remains of a contact after erasure: who it was to the vendor, without which counts would change, and a language. */
function withoutPerson(contact: Contact): Contact {
  const { customerId, locale } = contact;
  return { ...(customerId !== undefined && { customerId }), ...(locale !== undefined && { locale }) };
}

/** The order without personal data: no contact, no address, and no tracking number, which leads to one. */
export function redactOrder(doc: OrderDoc): OrderDoc {
  const { details, parcels } = doc;
  const plainParcels = Object.entries(parcels).map(([id, parcel]) => {
    const { tracking: _, ...plain } = parcel;
    return [id, plain] as const;
  });
  return {
    ...doc,
    ...(details && { details: { ...details, value: plainDetails(details.value) } }),
    parcels: Object.fromEntries(plainParcels),
  };
}

function plainDetails({ shipTo: _, ...details }: OrderDetails): OrderDetails {
  return { ...details, contact: withoutPerson(details.contact) };
}

/**
 * The fact as the history keeps it. What is personal stands in one place each (the order, the customer),
 * so that one erasure is enough and an order's tenth update does not copy its address a tenth time.
 */
export function keptFact(fact: Fact): KeptFact {
  const { contact: _, email: __, tracking: ___, shipTo: ____, ...kept } = fact as Fact & { contact?: unknown; email?: unknown; tracking?: unknown; shipTo?: unknown };
  return kept as KeptFact;
}

import type { Contact, Fact } from "../../intake/index.ts";
import type { CheckoutDetails, KeptFact, OrderDetails, OrderDoc } from "./model.ts";

/** What remains of a contact after erasure: who it was to the vendor, without which counts would change, and a language. */
function withoutPerson(contact: Contact): Contact {
  const { customerId, locale } = contact;
  return { ...(customerId !== undefined && { customerId }), ...(locale !== undefined && { locale }) };
}

/** The order without personal data: no contact, no address, no way into the basket, and no tracking number, which leads to an address. */
export function redactOrder(doc: OrderDoc): OrderDoc {
  const { details, checkout, parcels } = doc;
  const plainParcels = Object.entries(parcels).map(([id, parcel]) => {
    const { tracking: _, ...plain } = parcel;
    return [id, plain] as const;
  });
  return {
    ...doc,
    ...(details && { details: { ...details, value: plainDetails(details.value) } }),
    ...(checkout && { checkout: { ...checkout, value: plainCheckout(checkout.value) } }),
    parcels: Object.fromEntries(plainParcels),
  };
}

function plainDetails({ shipTo: _, ...details }: OrderDetails): OrderDetails {
  return { ...details, contact: withoutPerson(details.contact) };
}

function plainCheckout({ retryUrl: _, ...checkout }: CheckoutDetails): CheckoutDetails {
  return { ...checkout, contact: withoutPerson(checkout.contact) };
}

/**
 * The fact as the history keeps it. What is personal stands in one place each (the order, the customer),
 * so that one erasure is enough and an order's tenth update does not copy its address a tenth time.
 */
export function keptFact(fact: Fact): KeptFact {
  const { contact: _, email: __, tracking: ___, shipTo: ____, retryUrl: _____, ...kept } = fact as Fact & { contact?: unknown; email?: unknown; tracking?: unknown; shipTo?: unknown; retryUrl?: unknown };
  return kept as KeptFact;
}

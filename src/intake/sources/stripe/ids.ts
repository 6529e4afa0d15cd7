import type { ProcessorId, ProcessorIds } from "../processors/model.ts";

/** Stripe's prefixes: a payment that is no card charge is py_, its refund pyr_ (https://docs.stripe.com/api). */
const KINDS = { ch: "charge", py: "charge", pi: "payment_intent", re: "refund", pyr: "refund" } as const;
const STRIPE_ID = /^(ch|py|pi|re|pyr)_[A-Za-z0-9]{8,64}$/;

/** The object that a text names, when it has the form of a Stripe id. */
function recognise(text: string): ProcessorId | undefined {
  const prefix = STRIPE_ID.exec(text)?.[1] as keyof typeof KINDS | undefined;
  return prefix && { kind: KINDS[prefix], id: text };
}

export const processorIds: ProcessorIds = { type: "stripe", recognise };

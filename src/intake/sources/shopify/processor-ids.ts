import type { Transaction } from "./payloads.ts";

/** A processor's object that a shop's transaction mentions. `ref` is its name across sources. */
export interface ProcessorId {
  readonly kind: "charge" | "payment_intent" | "refund";
  readonly id: string;
  readonly ref: string;
}

/** Stripe's prefixes: a payment that is no card charge is py_, its refund pyr_ (https://docs.stripe.com/api). */
const KINDS = { ch: "charge", py: "charge", pi: "payment_intent", re: "refund", pyr: "refund" } as const;
const STRIPE_ID = /^(ch|py|pi|re|pyr)_[A-Za-z0-9]{8,64}$/;

/** Receipts are whatever the gateway returned: look this deep and at this many values, not further. */
const MAX_DEPTH = 4;
const MAX_VALUES = 400;

/**
 * The Stripe objects behind a transaction: in `authorization`, and anywhere in `receipt`, which is the gateway's own
 * answer and has no fixed schema. They are recognised by their prefixed form alone.
 */
export function processorIds(transaction: Transaction, processor: string): readonly ProcessorId[] {
  const found = new Map<string, ProcessorId>();
  let budget = MAX_VALUES;
  const look = (value: unknown, depth: number): void => {
    if (budget-- <= 0) return;
    if (typeof value === "string") {
      const prefix = STRIPE_ID.exec(value)?.[1] as keyof typeof KINDS | undefined;
      if (prefix) found.set(value, { kind: KINDS[prefix], id: value, ref: `${processor}/${KINDS[prefix]}/${value}` });
    } else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
      for (const part of Object.values(value)) look(part, depth + 1);
    }
  };
  look(transaction.authorization, 0);
  look(transaction.receipt, 0);
  return [...found.values()];
}

import { PROCESSORS } from "../processors/registry.ts";
import type { ProcessorId } from "../processors/model.ts";
import type { Transaction } from "./payloads.ts";

/** Names of the store's sources that a Shopify fact mentions. */
export interface Names {
  /** This shop's own name. */
  readonly shop: string;
  /** The payments source whose ids the shop's transactions carry; a processor's own type unless configured. */
  readonly processor?: string;
}

/** A processor's object behind a transaction, with the source that tells of it. */
export interface Behind extends ProcessorId {
  readonly source: string;
}

/** Receipts are whatever the gateway returned: look this deep and at this many values, not further. */
const MAX_DEPTH = 4;
const MAX_VALUES = 400;

/**
 * The processor's objects behind a transaction: in `authorization`, and anywhere in `receipt`, which is the gateway's
 * own answer and has no fixed schema. They are recognised by their form alone.
 */
export function processorIds(transaction: Transaction, names: Names): readonly Behind[] {
  const found = new Map<string, Behind>();
  let budget = MAX_VALUES;
  const look = (value: unknown, depth: number): void => {
    if (budget-- <= 0) return;
    if (typeof value === "string") {
      for (const { type, recognise } of PROCESSORS) {
        const object = recognise(value);
        if (object) found.set(value, { ...object, source: names.processor ?? type });
      }
    } else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
      for (const part of Object.values(value)) look(part, depth + 1);
    }
  };
  look(transaction.authorization, 0);
  look(transaction.receipt, 0);
  return [...found.values()];
}

/** Their names across sources. */
export function processorRefs(transactions: readonly Transaction[], names: Names): readonly string[] {
  return [...new Set(transactions.flatMap((each) => processorIds(each, names).map(({ source, kind, id }) => `${source}/${kind}/${id}`)))];
}

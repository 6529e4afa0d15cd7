import type { ProcessorId } from "./model.ts";
import { PROCESSORS } from "./registry.ts";

/** A processor's object that another vendor's payload mentions, with the source that tells of it. */
export interface Mentioned extends ProcessorId {
  readonly source: string;
}

/** What gateways and plugins leave in an order has no schema: look this deep into each part and at this many values, not further. */
const MAX_DEPTH = 4;
const MAX_VALUES = 400;

/**
 * The processors' objects that are mentioned anywhere in some parts of a payload, recognised by their form alone.
 * `processor`: the name of the source that tells of them, where it is not simply the processor's type.
 */
export function mentionedIn(parts: readonly unknown[], processor: string | undefined): readonly Mentioned[] {
  const found = new Map<string, Mentioned>();
  for (const part of parts) {
    let budget = MAX_VALUES;
    const look = (value: unknown, depth: number): void => {
      if (budget-- <= 0) return;
      if (typeof value === "string") {
        for (const { type, recognise } of PROCESSORS) {
          const object = recognise(value);
          if (object) found.set(value, { ...object, source: processor ?? type });
        }
      } else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
        for (const each of Object.values(value)) look(each, depth + 1);
      }
    };
    look(part, 0);
  }
  return [...found.values()];
}

/** Their names across sources. */
export function refsOf(mentioned: readonly Mentioned[]): readonly string[] {
  return [...new Set(mentioned.map(({ source, kind, id }) => `${source}/${kind}/${id}`))];
}

/** The one refund of a processor among them; two behind one refund of a shop have no single counterpart. */
export function onlyRefundOf(mentioned: readonly Mentioned[]): string | undefined {
  const refunds = mentioned.filter(({ kind }) => kind === "refund");
  const [first, ...others] = new Set(refunds.map(({ source, id }) => `${source}/${id}`));
  return others.length === 0 ? first : undefined;
}

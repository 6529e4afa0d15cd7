import { type Mentioned, mentionedIn, refsOf } from "../processors/find.ts";
import type { Transaction } from "./payloads.ts";

/** Names of the store's sources that a Shopify fact mentions. */
export interface Names {
  /** This shop's own name. */
  readonly shop: string;
  /** The payments source whose ids the shop's transactions carry; a processor's own type unless configured. */
  readonly processor?: string;
  /** Hosts that are the shop's own: a link to any other is not passed on to customers. */
  readonly domains?: readonly string[];
}

/** The processor's objects behind transactions: in `authorization`, and anywhere in `receipt`, the gateway's own answer. */
export function processorIds(transactions: readonly Transaction[], names: Names): readonly Mentioned[] {
  return mentionedIn(transactions.flatMap(({ authorization, receipt }) => [authorization, receipt]), names.processor);
}

/** Their names across sources. */
export function processorRefs(transactions: readonly Transaction[], names: Names): readonly string[] {
  return refsOf(processorIds(transactions, names));
}

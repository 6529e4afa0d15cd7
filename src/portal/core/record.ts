import type { StoreId } from "../../base/ids.ts";
import type { Instant, Zone } from "../../base/time.ts";
import type { HistoryEntry, OrderView } from "../../commerce/index.ts";
import type { MoneyView } from "../../detection/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import type { SaidReason, WordState } from "./texts.ts";

/** What the pages show of a store. */
export interface PortalStore {
  readonly id: StoreId;
  readonly name: string;
  /** The shop's address. */
  readonly url?: string;
  /** BCP 47; the language where a reader's is unknown. */
  readonly locale: string;
  readonly zone: Zone;
  /** `#rrggbb`. */
  readonly colour: string;
  readonly support: { readonly email?: string; readonly phone?: string; readonly hours?: string };
}

/** Everything that an order's page is made from. */
export interface OrderRecord {
  readonly order: OrderView;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Of the order, those of playbooks that speak for the store. */
  readonly promises: readonly StorePromise[];
  /** Every notice that was said, newest first. */
  readonly words: readonly SaidWords[];
  /** Where the money of the order's cancellation or refund stands; absent where there is none to speak of. */
  readonly money?: MoneyView;
  /** Why the order was cancelled, as far as evidence allows it to be said. */
  readonly reason: SaidReason;
  /** What the reader may choose while their order is late; absent where there is nothing to choose. */
  readonly offer?: Offer;
  /** The store takes a withdrawal from the contract on the order's page, and the reader may still declare one. */
  readonly mayWithdraw?: boolean;
  /** What is still to be said of the order's open cases. */
  readonly awaited: readonly AwaitedWord[];
}

/** The choice between waiting and their money. */
export interface Offer {
  /** By when it is to leave now, where that is known. */
  readonly newDate?: Instant;
  /** They have said that they will wait. */
  readonly isAgreed: boolean;
}

/** A word that the customer has been told of or is owed: by when they hear again. */
export interface AwaitedWord {
  readonly kind: "update" | "notice";
  readonly by: Instant;
}

/** One notice as it was said. */
export interface SaidWords {
  readonly noticeId: string;
  readonly title: string;
  /** Safe markup, from the words stage. */
  readonly html: string;
  /** BCP 47: the language in which it was said, whatever the page's. */
  readonly locale: string;
  /** Newest first. */
  readonly on: readonly SaidOn[];
}

export interface SaidOn {
  readonly channel: string;
  readonly state: WordState;
  /** Since when it is in this state. */
  readonly at: Instant;
}

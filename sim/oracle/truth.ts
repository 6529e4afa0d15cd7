import type { StoreId } from "../../src/base/ids.ts";
import type { Instant } from "../../src/base/time.ts";
import type { Reconciliation } from "../../src/incidents/index.ts";
import type { SimBasket } from "../world/baskets.ts";
import type { TextCarriers } from "../world/carrier.ts";
import type { LateGoods } from "../world/goods.ts";
import type { SimOrder, Source } from "../world/orders.ts";
import type { SimParcel } from "../world/parcels.ts";
import type { PostOffice } from "../world/post.ts";
import type { Script } from "../world/script.ts";
import type { Vendors } from "../world/vendors.ts";
import type { ToldWish } from "../world/word-of-mouth.ts";
import type { Withdrawals } from "../world/withdrawals.ts";
import type { World } from "../world/world.ts";
import type { ReadMail } from "./mails.ts";

export type Listed = NonNullable<Reconciliation["list"]>[number];
export type ListedCase = Extract<Listed, { caseId: string; standing: string }>;
export type ListedPromise = Extract<Listed, { promiseId: string }>;

/** What the product claims at a moment, through the verb that a store asks. */
export interface Claims {
  readonly line: Reconciliation;
  readonly cases: readonly ListedCase[];
  readonly presumed: ReadonlySet<string>;
  readonly broken: readonly ListedPromise[];
  readonly owed: ReadonlySet<string>;
}

export type ParcelPlaybook = "parcel-stalled" | "parcel-lost";

export interface ParcelCause {
  readonly playbook: ParcelPlaybook;
  readonly parcel: SimParcel;
}

/** What is judged beside the claims. */
export interface LedgerTruth {
  readonly world: World;
  readonly store: StoreId;
  readonly orders: ReadonlyMap<string, SimOrder>;
  readonly post: PostOffice;
  readonly carriers: TextCarriers;
  /** What people wished about texts, and who can know of it. */
  readonly told: readonly ToldWish[];
  readonly vendors: Vendors;
  readonly goods: LateGoods;
  readonly withdrawals: Withdrawals;
  /** The mails so far, read. */
  readonly mails: readonly ReadMail[];
  /** Up to when each source could have been thought read, at best. */
  readonly readUpTo: Readonly<Record<Source, Instant>>;
  /** Since when each source has not been behind. */
  readonly readAllSince: Readonly<Record<Source, Instant>>;
  /** What each incident about parcels would be about. */
  readonly causes: ReadonlyMap<string, ParcelCause>;
  /** Whose tries to pay each incident about a payment would be about. */
  readonly baskets: ReadonlyMap<string, SimBasket>;
  readonly golive: Instant;
  readonly backup?: Script["backup"];
}

import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { Instant, Zone } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import type { OrderRecord, PortalStore } from "./core/record.ts";

/** Where pages read orders from. `portalReads` binds it to the stages. */
export interface PortalReads {
  /** The order that a page's token opens; undefined when it opens none, or no longer. */
  byToken(token: string, now: Instant): Promise<{ readonly store: StoreId; readonly order: OrderView } | undefined>;
  /** The token of the order with this spoken reference, for somebody who knows its mail address as well. */
  tokenByReference(store: StoreId, reference: string, email: string, now: Instant): Promise<string | undefined>;
  /** Everything that the order's page shows. `zone`: the store's, in which its days are counted. */
  record(store: StoreId, order: OrderView, zone: Zone): Promise<OrderRecord>;
}

/** What the pages reach of the outside world. */
export interface PortalPorts extends Ports {
  readonly stores: ReadonlyMap<StoreId, PortalStore>;
  readonly reads: PortalReads;
  /**
   * Calls `beat` whenever an order may have changed, and at least every few seconds, until the returned function is
   * called. The pages set no timer of their own.
   */
  onPulse(beat: () => void): () => void;
}

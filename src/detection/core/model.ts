import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Playbook } from "../../playbooks/index.ts";

/** A failure that was noticed on one order: what a case is opened for. */
export interface Finding {
  readonly playbook: Playbook;
  readonly order: OrderView;
  /** What exactly went wrong, stable under repetition: `cancelled`, `refund/<id>`, `refund/cancelled` (all its money), `scan/<parcel>`, `loss/<parcel>`, `address/<order>`, `hold/<fulfilment>`, `payment/<order>`, `late/<order>`, `withdrawal/<order>`. One case a cause. */
  readonly cause: string;
  /** Every name that the cause goes by: a refund has one at the shop and one at the processor. One of them may have opened the case. */
  readonly names: readonly string[];
  /** When it happened (a telling event) or became clear (a broken promise). Its clocks start here. */
  readonly at: Instant;
  /** Broken promises that belong to the case. */
  readonly promiseIds: readonly string[];
}

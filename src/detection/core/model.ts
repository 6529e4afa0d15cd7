import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { Playbook } from "../../playbooks/index.ts";

/** A failure that was noticed on one order: what a case is opened for. */
export interface Finding {
  readonly playbook: Playbook;
  readonly order: OrderView;
  /** What exactly went wrong, stable under repetition: `cancelled`, `refund/<id>`. One case a cause. */
  readonly cause: string;
  /** When it happened (a telling event) or became clear (a broken promise). Its clocks start here. */
  readonly at: Instant;
  /** Broken promises that belong to the case. */
  readonly promiseIds: readonly string[];
}

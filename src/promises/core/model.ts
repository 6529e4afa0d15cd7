import type { Money } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";
import type { Basis, PromiseKind, Role } from "../../playbooks/index.ts";

export type PromiseState = "open" | "suspended" | "kept" | "broken" | "waived" | "superseded";

/** Something owed by a time. Named so that a JavaScript promise is never mistaken for it. */
export interface StorePromise {
  /** Function of (store, order, playbook, rule, thing): making it twice is one row. */
  readonly id: string;
  readonly kind: PromiseKind;
  readonly orderId?: string;
  /** What exactly is owed: `cancelled` (the money of a cancelled order), `refund/<id>`, `case/<id>`. */
  readonly thing: string;
  readonly rule: string;
  readonly playbook: string;
  readonly owedTo: "customer" | "team";
  readonly owner: Role;
  readonly basis: Basis;
  /** Configured source names that must be read past `dueAt` before it may break by the clock. */
  readonly restsOn: readonly string[];
  readonly amount?: Money;
  /** When its clock started, by event time. */
  readonly madeAt: Instant;
  readonly dueAt: Instant;
  /** From when on it is at risk while it is open: a case opens before it breaks. */
  readonly warnAt?: Instant;
  /** Since when it is: what it rests on had been read past then, and it was not kept. */
  readonly atRiskAt?: Instant;
  readonly state: PromiseState;
  /** By event time: when it was kept or became impossible, not when we heard. */
  readonly settledAt?: Instant;
  readonly because?: string;
  readonly caseId?: string;
  /** When what it owed was given after all, although it had broken. By event time. */
  readonly madeGoodAt?: Instant;
  /** A person's decision that it need not be kept any more. A broken promise that is waived stays broken. */
  readonly waivedAt?: Instant;
  readonly waivedBy?: string;
}

/** A change that a review or the clock made. What detection reads. From `broken` to `kept`: it was kept in time and we heard late. */
export interface LedgerChange {
  readonly promise: StorePromise;
  readonly from: PromiseState | "none";
  /** It is at risk from now on. */
  readonly isWarned?: true;
}

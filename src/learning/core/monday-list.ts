import type { StoreId } from "../../base/ids.ts";
import type { Instant, Zone } from "../../base/time.ts";
import type { Reconciliation, ShadowPlaybook, Silence, UnreachableSince } from "../../incidents/index.ts";
import type { Person } from "../../people/index.ts";
import type { OwedSince } from "../../promises/index.ts";
import type { Branding } from "../../words/index.ts";
import type { WeeklyTime } from "./week.ts";

/** Who gets the Monday list of a store, and when. From its configuration. */
export interface MondayPlan {
  readonly enabled: boolean;
  readonly to: Person;
  readonly at: WeeklyTime;
  readonly zone: Zone;
  readonly branding: Branding;
  /** Everybody on the staff list: who has the roles that promises are owned by. */
  readonly staff: readonly Person[];
  /** Right side of Message-IDs. */
  readonly mailDomain: string;
}

/** What a Monday list says, before it is put into words. */
export interface MondayList {
  readonly store: StoreId;
  /** ISO week, such as `2026-W47`; absent when it is looked at between two lists. */
  readonly week?: string;
  /** What came up since is new; what came up before has waited longer than a week. */
  readonly since: Instant;
  readonly now: Instant;
  readonly owed: OwedSince;
  readonly unreachable: UnreachableSince;
  readonly silence: Silence | undefined;
  readonly shadow: readonly ShadowPlaybook[];
  readonly line: Reconciliation;
  /** The reconciliation line in words, a sentence each. */
  readonly lineInWords: readonly string[];
  /** What customers call the orders that are named, by order id. */
  readonly references: ReadonlyMap<string, string>;
}

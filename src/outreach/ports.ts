import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import type { StandingChange } from "../incidents/index.ts";
import type { Channel } from "./channel.ts";
import type { NoticeToSay } from "./core/notice.ts";
import type { OutreachSettings } from "./core/model.ts";
import type { SentJournal } from "./journal/sent-journal.ts";
import type { Said } from "./said.ts";

/** How a notice is put into words. Pure, but for caches. */
export interface Wording {
  say(notice: NoticeToSay, order: OrderView, locale: string): Said;
}

/** What outreach reaches of the outside world, for one store. */
export interface OutreachPorts extends Ports {
  /** Of the watch that this worker took up; a higher one in the database fences it. */
  readonly epoch: number;
  readonly settings: OutreachSettings;
  /** The store's ways to people. A playbook says in which order they are taken. */
  readonly channels: readonly Channel[];
  readonly wording: Wording;
  readonly journal: SentJournal;
  /** Brings the cases of these orders up to what is now known of them; the caller holds their rows. */
  reviseCases(tx: Tx, store: StoreId, orders: readonly OrderView[], now: Instant): Promise<void>;
  recordStandings(tx: Tx, store: StoreId, changes: readonly StandingChange[], now: Instant): Promise<void>;
}

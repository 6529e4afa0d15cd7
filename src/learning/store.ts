import { prepared, sql, type Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { ListProgress } from "./core/sending.ts";

/** A list as it was written, with how far its mail has come. */
export interface StoredList extends ListProgress {
  readonly week: string;
  /** Message-ID without brackets, the same for every try. */
  readonly rfcId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly writtenAt: Instant;
  /** Of the last try: whom it went to, and what the mail server said when. */
  readonly sentTo: string | null;
  readonly answer: string | null;
  readonly answeredAt: Instant | null;
}

const COLUMNS = `week, rfc_id as "rfcId", subject, body_text as text, body_html as html, written_at as "writtenAt", state, attempts, refusals, resends,
  next_at as "nextAt", sent_to as "sentTo", answer, answered_at as "answeredAt"`;

const OF_WEEK = prepared("learning.mondayList", `select ${COLUMNS} from monday_lists where store_id = $1 and week = $2`);
const LOCK = prepared("learning.lockMondayList", `select ${COLUMNS} from monday_lists where store_id = $1 and week = $2 for update`);
const LOCK_IF_FREE = prepared("learning.lockMondayListIfFree", `select ${COLUMNS} from monday_lists where store_id = $1 and week = $2 for update skip locked`);

export async function listOf(tx: Tx, store: StoreId, week: string): Promise<StoredList | undefined> {
  return (await tx.rows<StoredList>(OF_WEEK, [store, week]))[0];
}

export async function lockList(tx: Tx, store: StoreId, week: string): Promise<StoredList> {
  const [list] = await tx.rows<StoredList>(LOCK, [store, week]);
  invariant(list, `the list of ${week} to stand before it is sent`);
  return list;
}

export async function lockListIfFree(tx: Tx, store: StoreId, week: string): Promise<StoredList | undefined> {
  return (await tx.rows<StoredList>(LOCK_IF_FREE, [store, week]))[0];
}

/** When the store was registered, and until when it may have been somewhere that this database does not know of. */
export async function storeSince(tx: Tx, store: StoreId): Promise<{ readonly registeredAt: Instant; readonly gapUntil: Instant | null }> {
  const [row] = await tx.rows<{ registeredAt: Instant; gapUntil: Instant | null }>(
    prepared("learning.storeSince", `select created_at as "registeredAt", gap_until as "gapUntil" from stores where store_id = $1`),
    [store],
  );
  invariant(row, `store ${store} to be registered`);
  return row;
}

/** Keeps a list before it is sent. One of the same week stays as it is: another worker was first. */
export async function insertList(tx: Tx, store: StoreId, list: Omit<StoredList, "sentTo" | "answer" | "answeredAt">): Promise<void> {
  await tx.rows(
    sql(`insert into monday_lists (store_id, week, rfc_id, subject, body_text, body_html, written_at, state, attempts, refusals, resends, next_at)
         values ($1, $2, $3, $4, $5, $6, ms($7), $8, $9, $10, $11, ms($12)) on conflict do nothing`),
    [store, list.week, list.rfcId, list.subject, list.text, list.html, list.writtenAt, list.state, list.attempts, list.refusals, list.resends, list.nextAt],
  );
}

export async function saveProgress(tx: Tx, store: StoreId, week: string, to: ListProgress): Promise<void> {
  await tx.rows(
    sql(`update monday_lists set state = $3, attempts = $4, refusals = $5, resends = $6, next_at = ms($7) where store_id = $1 and week = $2`),
    [store, week, to.state, to.attempts, to.refusals, to.resends, to.nextAt],
  );
}

export async function noteAnswer(tx: Tx, store: StoreId, week: string, sentTo: string, answer: string, now: Instant): Promise<void> {
  await tx.rows(sql(`update monday_lists set sent_to = $3, answer = $4, answered_at = ms($5) where store_id = $1 and week = $2`), [store, week, sentTo, answer, now]);
}

import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { fromSnapshot } from "../playbooks/index.ts";
import type { Playbook } from "../playbooks/index.ts";
import { ruleOf } from "./core/notice.ts";
import type { NoticeToSay } from "./core/notice.ts";
import { playbookContents } from "./store/notices.ts";
import type { NoticeRow } from "./store/notices.ts";

/** Playbook versions never change, so they are kept. More than this many at once means that a store edits by the minute. */
const MAX_KEPT = 200;
const kept = new Map<string, Playbook>();

/** Notices with their playbooks; those whose playbook version is gone or does not know them stand apart. */
export async function loadNotices(tx: Tx, store: StoreId, rows: readonly NoticeRow[]): Promise<{ speakable: readonly NoticeToSay[]; unspeakable: readonly NoticeRow[] }> {
  const playbooks = await playbooksOf(tx, store, rows);
  const speakable: NoticeToSay[] = [];
  const unspeakable: NoticeRow[] = [];
  for (const row of rows) {
    const playbook = playbooks.get(keyOf(store, row));
    const notice = playbook && { ...row, playbook };
    if (notice && ruleOf(notice)) speakable.push(notice);
    else unspeakable.push(row);
  }
  return { speakable, unspeakable };
}

async function playbooksOf(tx: Tx, store: StoreId, rows: readonly NoticeRow[]): Promise<ReadonlyMap<string, Playbook>> {
  const named = new Map(rows.map((row) => [keyOf(store, row), { playbook: row.playbook, version: row.version }]));
  const found = new Map<string, Playbook>();
  for (const key of named.keys()) {
    const playbook = kept.get(key);
    if (playbook) found.set(key, playbook);
  }
  const missing = [...named].filter(([key]) => !found.has(key)).map(([, version]) => version);
  if (missing.length === 0) return found;
  if (kept.size + missing.length > MAX_KEPT) kept.clear();
  for (const { playbook, version, content } of await playbookContents(tx, store, missing)) {
    const key = keyOf(store, { playbook, version });
    const read = fromSnapshot(content, version);
    kept.set(key, read);
    found.set(key, read);
  }
  return found;
}

function keyOf(store: StoreId, row: { playbook: string; version: string }): string {
  return `${store}/${row.playbook}@${row.version}`;
}

import { dirname, join } from "node:path";
import { invariant } from "../../src/base/errors.ts";
import { sql } from "../../src/base/db.ts";
import { type InboxRow, replayFolder, rowsById } from "../../src/intake/index.ts";
import { startSpine } from "../spine/harness.ts";
import { describeEvents } from "./describe.ts";
import { type Outcome, REAL_INPUT } from "./table.ts";

/** Sources beside those of the sample store, which has a shop and a processor. */
const SOURCES = {
  woocommerce: { type: "woocommerce", secrets: ["a-secret-for-recorded-deliveries"] },
  easypost: { type: "easypost", secrets: ["a-secret-for-recorded-deliveries"] },
};

/**
 * Sends a folder of recorded deliveries through the whole product, in shadow: signed afresh, verified, kept, and worked
 * off by every duty. Says of each file what it told and how its row in the inbox ended.
 */
export async function readDeliveries(name: string, files: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  const folder = dirname(files[0] ?? "");
  const spine = await startSpine({ live: false, sources: SOURCES });
  try {
    const source = spine.runtime.sources.get(name);
    invariant(source, `a source "${name}" in this test's configuration`);
    // Every recorded event of one vendor carries the same id: without fresh ids all but the first are duplicates.
    const { replayed, skipped } = await replayFolder(spine.opened.ports, spine.receiver, { folder: join(REAL_INPUT, folder), store: spine.store, source, freshIds: true });
    const kept: { file: string; inboxId: string; became: readonly string[] }[] = [];
    for (const { file: recording, receipt } of replayed) {
      const file = recording.replace(/#\d+$/, "");
      const ids = receipt.kind === "kept" ? receipt.inboxIds : [];
      invariant(receipt.kind === "kept" && receipt.fresh === ids.length && ids.length > 0, `${file} to be kept, got ${JSON.stringify(receipt)}`);
      // Told before the work: a request to erase a shop's data takes the bodies with it.
      for (const inboxId of ids) kept.push({ file: join(folder, file), inboxId, became: describeEvents(source.adapter.normalise(await rowOf(spine.db, inboxId))) });
    }
    await spine.work();
    const rows = new Map((await rowsById(spine.db, spine.store, kept.map(({ inboxId }) => inboxId))).map((row) => [row.inboxId, row]));
    const parts = kept.map(({ file, inboxId, became }) => {
      const { state = "lost", reason = null } = rows.get(inboxId) ?? {};
      return { file, became, ended: reason === null ? state : `${state}: ${reason}` };
    });
    return joined([...parts, ...skipped.map(({ file, why }) => ({ file: join(folder, file), became: [], ended: `skipped: ${why}` }))]);
  } finally {
    await spine.stop();
  }
}

/** A file may hold several deliveries. */
function joined(parts: readonly ({ readonly file: string } & Outcome)[]): ReadonlyMap<string, Outcome> {
  const byFile = Map.groupBy(parts, ({ file }) => file);
  return new Map([...byFile].map(([file, some]) => [file, { became: some.flatMap(({ became }) => became), ended: [...new Set(some.map(({ ended }) => ended))].join(" and ") }]));
}

async function rowOf(db: Awaited<ReturnType<typeof startSpine>>["db"], inboxId: string): Promise<InboxRow> {
  const [row] = await db.rows<InboxRow & { triggeredAt: InboxRow["receivedAt"] | null }>(
    sql(`select inbox_id as "inboxId", source, kind, headers, body, triggered_at as "triggeredAt", received_at as "receivedAt" from inbox where inbox_id = $1`),
    [inboxId],
  );
  invariant(row, "what was kept to be in the inbox");
  const { triggeredAt, ...rest } = row;
  return { ...rest, ...(triggeredAt !== null && { triggeredAt }) };
}

import { noCertificates } from "../../../base/certificates.ts";
import { Refusal } from "../../../base/errors.ts";
import { applyInbox, createReceiver, replayFolder, rowsById, type ConfiguredSource, type ReplayReport } from "../../../intake/index.ts";
import { applyEvents } from "../../pipeline.ts";
import type { Opened } from "../../runtime/open.ts";
import type { StoreRuntime } from "../../runtime/store-runtime.ts";
import { COMMON_OPTIONS, type Arguments, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Send a folder of recorded webhooks through the real path, signed with the store's own secret, and read them.",
  usage: "replay <folder> [--source NAME] [--fresh-ids] [--fresh-times] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, source: { type: "string" }, "fresh-ids": { type: "boolean" }, "fresh-times": { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const [folder] = args.positionals;
      if (folder === undefined) throw new Refusal({ code: "folder", status: 400, what: "No folder was named.", next: "Name a folder of recorded deliveries." });
      const receiver = createReceiver({ ...opened.ports, certificates: noCertificates }, opened.adapters.sources);
      const report = await replayFolder(opened.ports, receiver, {
        folder,
        store: store.id,
        source: sourceOf(args, store, folder),
        freshIds: args.values["fresh-ids"] === true,
        freshTimes: args.values["fresh-times"] === true,
        print: (line) => terminal.out(line),
      });
      await receiver.drain();
      const settled = await applyAll(opened, store);
      const refused = report.replayed.filter((each) => each.receipt.kind === "refused").length;
      terminal.out(`\n${report.replayed.length - refused} accepted, ${refused} refused, ${report.skipped.length} skipped. Read now: ${settled}`);
      for (const line of await outcomes(opened, store, report)) terminal.out(line);
      return refused === 0 ? 0 : 1;
    }),
};

/** What became of each recording. */
async function outcomes(opened: Opened, store: StoreRuntime, report: ReplayReport): Promise<string[]> {
  const kept = report.replayed.flatMap(({ file, receipt }) => (receipt.kind === "kept" ? receipt.inboxIds.map((inboxId) => ({ file, inboxId })) : []));
  const rows = new Map((await rowsById(opened.database, store.id, kept.map(({ inboxId }) => inboxId))).map((row) => [row.inboxId, row]));
  return kept.map(({ file, inboxId }) => {
    const row = rows.get(inboxId);
    return `${file}: ${row?.state ?? "gone"}${row?.reason ? ` (${row.reason})` : ""}`;
  });
}

/** The source that --source names, or the one whose name the folder bears, or the only one. */
function sourceOf(args: Arguments, store: StoreRuntime, folder: string): ConfiguredSource {
  const wanted = args.values["source"] ?? folder.split("/").filter((part) => part !== "").at(-1);
  const found = store.sources.get(String(wanted)) ?? (store.sources.size === 1 ? [...store.sources.values()][0] : undefined);
  if (found) return found;
  throw new Refusal({ code: "source", status: 400, what: `${store.id} has no source "${String(wanted)}".`, next: `Name one with --source: ${[...store.sources.keys()].join(", ")}.` });
}

async function applyAll(opened: Opened, store: StoreRuntime): Promise<string> {
  const total = { applied: 0, waiting: 0, ignored: 0, quarantined: 0, postponed: 0 };
  for (;;) {
    const report = await applyInbox(opened.ports, opened.adapters.sources, store.id, (tx, id, events, now) => applyEvents(tx, id, store.rules, events, now));
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
    if (report.claimed === 0) break;
  }
  return Object.entries(total)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}

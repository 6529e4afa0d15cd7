import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Refusal } from "../../../base/errors.ts";
import { SECOND, type Clock, type Instant } from "../../../base/time.ts";
import { importFile, type ImportCounts, type ImportReport, isSheetName, rejectInWords, rejectsFrom, reportLines, SHEET_NAMES } from "../../../intake/index.ts";
import type { Opened } from "../../runtime/open.ts";
import type { StoreRuntime } from "../../runtime/store-runtime.ts";
import { COMMON_OPTIONS, type Arguments, type Command, type Terminal } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

/** Of many rejects, this many are printed; the file has them all. */
const SHOWN = 10;

export const command: Command = {
  summary: "Bring a file of orders, payments, refunds or parcels (CSV; docs/imports.md), as rows of a configured source. It tells of the past, and nobody hears of it; --news makes it count like webhooks. Importing it again does no harm.",
  usage: "import FILE --source NAME [--as orders|cancellations|payments|refunds|parcels] [--news] [--rejects FILE] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, source: { type: "string" }, as: { type: "string" }, news: { type: "boolean" }, rejects: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const path = await fileOf(args);
      const sheet = sheetOf(args.values["as"]);
      const imported = args.values["news"] === true ? "news" : "history";
      const report = await importFile(opened.ports, {
        store: store.id, source: sourceOf(args, store), zone: store.config.zone, sheet, imported,
        bytes: createReadStream(path),
        onProgress: everySecond(opened.ports.clock, (counts) => terminal.out(inWords(counts))),
        stopping: terminal.stopping,
      });
      return conclude(opened, store, terminal, report, typeof args.values["rejects"] === "string" ? args.values["rejects"] : `${basename(path)}.rejects.csv`);
    }),
};

async function conclude(opened: Opened, store: StoreRuntime, terminal: Terminal, report: ImportReport, rejectsPath: string): Promise<number> {
  const { stopped, ignored, id, rejected } = report;
  terminal.out(inWords(report));
  if (ignored.length > 0) terminal.out(`Not read: ${ignored.join(", ")}.`);
  if (rejected > 0) {
    for (const reject of await rejectsFrom(opened.database, store.id, id, { line: 0, place: -1 }, SHOWN)) terminal.out(rejectInWords(reject));
    await pipeline(Readable.from(reportLines(opened.database, store.id, id)), createWriteStream(rejectsPath));
    terminal.out(`All that is wrong with them is in ${rejectsPath}. Correct these rows and import the file again.`);
  }
  if (stopped) terminal.err(stopped.message);
  else terminal.out("The worker reads what was kept when nothing else waits.");
  return stopped !== undefined || rejected > 0 ? 1 : 0;
}

function inWords({ rows, kept, duplicates, rejected }: ImportCounts): string {
  return `${rows} rows read: ${kept} kept, ${duplicates} duplicates, ${rejected} rejected`;
}

async function fileOf({ positionals: [path] }: Arguments): Promise<string> {
  if (path === undefined) throw refusal("No file was named.", "Name a CSV file.");
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  throw refusal(`There is no file ${path}.`, "Name a CSV file.");
}

function sheetOf(as: Arguments["values"][string]): (typeof SHEET_NAMES)[number] | undefined {
  if (as === undefined || isSheetName(as)) return as;
  throw refusal(`Nothing is called ${String(as)}.`, `Say --as ${SHEET_NAMES.join(", ")}.`);
}

function sourceOf(args: Arguments, store: StoreRuntime): string {
  const name = args.values["source"];
  if (typeof name === "string" && store.sources.has(name)) return name;
  const what = name === undefined ? "It is not said whose rows they are." : `${store.id} has no source "${String(name)}".`;
  throw refusal(what, `Name a configured source with --source, whose ids the file has: ${[...store.sources.keys()].join(", ")}.`);
}

function everySecond(clock: Clock, print: (counts: ImportCounts) => void): (counts: ImportCounts) => void {
  let last: Instant = clock.now();
  return (counts) => {
    const now = clock.now();
    if (now - last < SECOND) return;
    last = now;
    print(counts);
  };
}

function refusal(what: string, next: string): Refusal {
  return new Refusal({ code: "import", status: 400, what, next });
}

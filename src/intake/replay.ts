import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "../base/errors.ts";
import { type StoreId, uuidOf } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { ConfiguredSource, Recorded, RecordedFile } from "./adapter.ts";
import type { Receipt, Receiver } from "./receive.ts";

/** A folder of recordings is read whole: more than this is a mistake in the path. */
const MAX_FILES = 10_000;

export interface ReplayWish {
  readonly folder: string;
  readonly store: StoreId;
  readonly source: ConfiguredSource;
  /** New delivery ids, so that nothing is a duplicate of an earlier replay. */
  readonly freshIds?: boolean;
  /** Times moved so that the newest is now. */
  readonly freshTimes?: boolean;
  /** One line for each file, as it goes. */
  readonly print?: (line: string) => void;
}

export interface Replayed {
  readonly file: string;
  readonly kind: string;
  readonly changed: readonly string[];
  readonly receipt: Receipt;
}

export interface ReplayReport {
  readonly replayed: readonly Replayed[];
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
}

/**
 * Sends recorded deliveries of a vendor through the real path: signed afresh with the store's own secret (recorders
 * change bodies, so that old signatures rarely fit), verified, kept and acknowledged. Says of every file what was
 * changed and what became of it.
 */
export async function replayFolder(ports: Ports, receiver: Receiver, wish: ReplayWish): Promise<ReplayReport> {
  const { source, store, print = () => {} } = wish;
  const { recordings, sign } = source.adapter;
  if (!sign) throw refusal(`Deliveries of "${source.name}" cannot be replayed: their vendor signs them with a key that nobody else has.`, "Ask the vendor to send them again, or give this source access to the vendor's API: the pull reads what was missed.");
  if (!recordings) throw refusal(`Deliveries of "${source.name}" cannot be replayed.`, "Its recorded deliveries are read from no files: send them to the source's own address.");
  const now = ports.clock.now();
  const seed = Buffer.from(ports.random.bytes(16)).toString("hex");
  const { recorded, skipped } = recordings.read(await readFolder(wish.folder), {
    ...(wish.freshIds && { deliveryId: (file) => uuidOf("replay", seed, file) }),
    ...(wish.freshTimes && { newest: now }),
  });
  const replayed: Replayed[] = [];
  for (const each of recorded) {
    const receipt = await receiver.receive(store, source.name, sign(each.unsigned, ports.clock.now()));
    replayed.push({ file: each.file, kind: each.unsigned.kind, changed: each.changed, receipt });
    print(lineOf(each, receipt));
  }
  for (const { file, why } of skipped) print(`${file}: skipped, ${why}`);
  return { replayed, skipped };
}

function lineOf({ file, unsigned, changed }: Recorded, receipt: Receipt): string {
  const changes = ["signed afresh", ...changed].join(", ");
  if (receipt.kind === "refused") return `${file}: ${unsigned.kind}: refused: ${receipt.problem.what} ${receipt.problem.next}`;
  const became = receipt.fresh > 0 ? "kept" : "a duplicate (its delivery id was kept before; ask for fresh ids to send it as new)";
  return `${file}: ${unsigned.kind}: ${became} (${changes})`;
}

async function readFolder(folder: string): Promise<readonly RecordedFile[]> {
  const names = await readdir(folder).catch(() => {
    throw refusal(`There is no folder ${folder}.`, "Name a folder of recorded deliveries, one JSON file each.");
  });
  const files = names.filter((name) => name.endsWith(".json")).sort();
  if (files.length === 0) throw refusal(`${folder} holds no .json file.`, "Name a folder of recorded deliveries, one JSON file each.");
  if (files.length > MAX_FILES) throw refusal(`${folder} holds ${files.length} files.`, `Replay at most ${MAX_FILES} at a time.`);
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })));
}

function refusal(what: string, next: string): Refusal {
  return new Refusal({ code: "replay", status: 400, what, next });
}

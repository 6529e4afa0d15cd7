import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { iso } from "../base/time.ts";
import { turnPages, type PageRequest } from "../people/index.ts";
import { type Behind, type SourceHeard, watch, type WatchRule } from "./core/watermark.ts";
import type { Sources } from "./receive.ts";
import { setSilent, sourcesHeard } from "./store.ts";

export interface WatchReport {
  /** Sources that are behind, with the reason. */
  readonly behind: Readonly<Record<string, Behind>>;
  /** Sources that were behind and are not any more. */
  readonly recovered: readonly string[];
}

/**
 * Calls a person to every source that is silent, lags or cannot be read, and takes the call back when it is well.
 * Meanwhile the promises that rest on it are frozen by `readUpTo`, so a dead webhook makes no false apologies.
 */
export async function watchSources(ports: Ports, sources: Sources, store: StoreId): Promise<WatchReport> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const known = await sourcesHeard(tx, store);
    const behind: Record<string, Behind> = {};
    const recovered: string[] = [];
    const calls: PageRequest[] = [];
    for (const [name, rule] of sources.get(store) ?? []) {
      const heard = known.get(name);
      if (!heard) continue;
      const found = watch(heard, rule, now);
      if (found) {
        behind[name] = found.why;
        calls.push({ about: about(name), why: explain(name, found.why, heard, rule) });
        if (heard.silentSince === undefined) await setSilent(tx, store, name, found.since);
      } else if (heard.silentSince !== undefined) {
        recovered.push(name);
        await setSilent(tx, store, name, undefined);
      }
    }
    await turnPages(tx, store, { open: calls, close: recovered.map(about) }, now);
    return { behind, recovered };
  });
}

function about(source: string): string {
  return `source/${source}`;
}

function explain(name: string, why: Behind, heard: SourceHeard, rule: WatchRule): string {
  const frozen = "Until then no promise that rests on it is called broken, and nobody is told.";
  switch (why) {
    case "silent":
      return `Nothing was heard from "${name}" since ${iso(heard.heardAt)} (more than ${rule.silentAfter / 3_600_000} h). Check that its webhooks are still subscribed and reach this server, or pull. ${frozen}`;
    case "resumed":
      return `"${name}" speaks again since ${iso(heard.pause?.until ?? heard.heardAt)}, and nothing was heard of it since ${iso(heard.pause?.from ?? heard.heardAt)}. What it said meanwhile may be missing, and no pull has completed since. Check its API access with makegood doctor. ${frozen}`;
    case "lagging":
      return `"${name}" delivers late: its newest word is of ${iso(heard.happenedAt)} and came at ${iso(heard.heardAt)}. Look at its delivery log; a pull closes the gap. ${frozen}`;
    case "unread":
      return `Deliveries of "${name}" from ${iso(heard.unreadSince ?? heard.heardAt)} on are kept but not read. Look at the quarantine and at the workers' log; requeue or dismiss what is there. ${frozen}`;
  }
}

import { z } from "zod";
import { Refusal } from "../../base/errors.ts";
import { parseStoreId, type StoreId } from "../../base/ids.ts";
import { HOUR, MINUTE, SECOND } from "../../base/time.ts";
import { createSource, type ConfiguredSource } from "../../intake/index.ts";
import { type ChannelSetup, createChannel, createEvidenceAdapter, type EvidenceAdapter, evidenceUrl } from "../../outreach/index.ts";
import { spanMs, type Config } from "./schema.ts";

/** The adapters that a configuration asks for, by store and configured name. */
export interface Adapters {
  readonly sources: ReadonlyMap<StoreId, ReadonlyMap<string, ConfiguredSource>>;
  readonly evidence: ReadonlyMap<StoreId, ReadonlyMap<string, EvidenceAdapter>>;
}

export interface AdapterProblem {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** Creates each configured adapter; its own schema checks its own settings. What is wrong is added to `problems`. */
export function createAdapters(config: Config, problems: AdapterProblem[]): Adapters {
  const sources = new Map<StoreId, ReadonlyMap<string, ConfiguredSource>>();
  const evidence = new Map<StoreId, ReadonlyMap<string, EvidenceAdapter>>();
  for (const [id, store] of Object.entries(config.stores)) {
    const storeId = parseStoreId(id);
    if (storeId === undefined) continue; // reported by the cross check
    const made = new Map<string, ConfiguredSource>();
    for (const [name, { type, silentAfter, lagAfter, ...own }] of Object.entries(store.sources)) {
      const watch = { silentAfterHours: (spanMs(silentAfter) ?? 0) / HOUR, lagAfterMinutes: (spanMs(lagAfter) ?? 0) / MINUTE };
      const source = attempt(() => createSource({ name, type, config: own, watch }), ["stores", id, "sources", name], problems);
      if (source) made.set(name, source);
    }
    sources.set(storeId, made);
    const desks = new Map<string, EvidenceAdapter>();
    for (const [name, { type, ...own }] of Object.entries(store.evidence)) {
      const adapter = attempt(() => createEvidenceAdapter(type, own), ["stores", id, "evidence", name], problems);
      if (adapter) desks.set(name, adapter);
    }
    evidence.set(storeId, desks);
    for (const [name, own] of Object.entries(store.channels)) attempt(() => createChannel(name, own, channelSetup(config, id)), ["stores", id, "channels", name], problems);
  }
  return { sources, evidence };
}

/** A third of outreach's lease less its margin: a batch is sent in lanes, and is begun while there is time for it. */
const ANSWER_WITHIN = 20 * SECOND;

/** What a store's channels are made of, but for its mail servers. */
export function channelSetup({ publicUrl, stores }: Config, id: string): ChannelSetup {
  const store = stores[id];
  return {
    storeName: store?.name ?? id,
    answerWithin: ANSWER_WITHIN,
    mailServers: [],
    reportsTo: (name) => {
      if (store?.evidence[name] !== undefined) return evidenceUrl(publicUrl, id, name);
      throw new Refusal({ code: "channel_configuration", status: 400, what: `It names the event webhook "${name}", which is not configured.`, next: "Add it under `evidence`, or correct the name." });
    },
  };
}

function attempt<T>(create: () => T, path: readonly string[], problems: AdapterProblem[]): T | undefined {
  try {
    return create();
  } catch (error) {
    if (error instanceof z.ZodError) {
      for (const issue of error.issues) {
        const inner = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
        problems.push({ path: [...path, ...inner.filter((part) => typeof part !== "symbol")], what: issue.message });
      }
    } else if (error instanceof Refusal) {
      problems.push({ path, what: error.message });
    } else {
      throw error;
    }
    return undefined;
  }
}

import type { Tx } from "../base/db.ts";
import { invariant } from "../base/errors.ts";
import type { StoreId } from "../base/ids.ts";
import type { Playbook } from "../playbooks/index.ts";
import { selectPlaybooks } from "./store/cases.ts";

/** Versions in use at once: two playbooks and their edits of some weeks. A full cache starts over. */
const CACHED_VERSIONS = 200;

/** A version never changes, so that it may be kept. */
const cache = new Map<string, Playbook>();

/** The playbooks that cases started with, by version. Each version must have been kept when its first case opened. */
export async function playbooksOf(tx: Tx, store: StoreId, versions: Iterable<string>): Promise<(version: string) => Playbook> {
  const wanted = new Set(versions);
  const found = new Map([...wanted].flatMap((version) => {
    const known = cache.get(version);
    return known === undefined ? [] : [[version, known] as const];
  }));
  const missing = [...wanted].filter((version) => !found.has(version));
  for (const playbook of missing.length === 0 ? [] : await selectPlaybooks(tx, store, missing)) {
    if (cache.size >= CACHED_VERSIONS) cache.clear();
    cache.set(playbook.version, playbook);
    found.set(playbook.version, playbook);
  }
  return (version) => {
    const playbook = found.get(version);
    invariant(playbook, `playbook version ${version} to be kept since its first case`);
    return playbook;
  };
}

import type { StoreId } from "../base/ids.ts";
import type { Fetch, Ports } from "../base/ports.ts";
import { DAY, instant, type Instant, type Milliseconds, MINUTE, plus } from "../base/time.ts";
import type { ConfiguredSource, PulledPage } from "./adapter.ts";
import { inOrder, newRow, type Sources } from "./receive.ts";
import { appendPulled, newestWaiting, pullState, savePullState } from "./store.ts";

export interface PullPorts extends Ports {
  readonly fetch: Fetch;
}

/** The first pull of a source looks back this far: what a fresh store would have said of two months can be read before anything leaves. */
export const FIRST_PULL: Milliseconds = 60 * DAY;
/**
 * A vendor's listing may trail its own clock, and our machines' clocks may differ: a pull covers everything up to this
 * much before it began, by the clock that told when. Else a late delivery, kept by a machine whose clock is behind,
 * would look as if the pull had seen past it.
 */
export const DOUBT: Milliseconds = 20 * MINUTE;
/** One call writes at most this many pages, so that a first pull of a large shop shares the worker. */
export const MAX_PAGES = 50;

/** A pull asks the vendor about at most this many deliveries that wait for their order: each is a request of its own. */
const MAX_WAITING = 20;
/** And after at most so much work that is held: with the former, as many requests as a vendor takes at once. What is left out now comes into one of the next draws. */
const MAX_HELD = 20;

/** Of the work of a source that the books hold to be held, at most `limit`: another part each time where there is more, so that none is left out for ever. */
export type HeldWork = (source: string, limit: number) => Promise<readonly string[]>;

/** What came of pulling one source. */
export type PullReport = { readonly source: string; readonly pages: number; readonly fresh: number } & (
  | { readonly kind: "complete" }
  | { readonly kind: "more" }
  | { readonly kind: "later"; readonly at: Instant; readonly why: string }
  | { readonly kind: "refused"; readonly why: string; readonly next: string }
);

/**
 * Asks every source with an API for what changed, and keeps it in the inbox beside the webhooks; what both tell
 * becomes the same events. Each page is written with its cursor in one transaction: a pull that dies goes on where it
 * stopped. Only a complete pull moves `pulled_until`. What is `held`, the later stages know.
 */
export async function pullSources(ports: PullPorts, sources: Sources, store: StoreId, held: HeldWork): Promise<readonly PullReport[]> {
  const reports: PullReport[] = [];
  for (const source of sources.get(store)?.values() ?? []) {
    if (source.adapter.pull) reports.push(await pullSource(ports, store, source, source.adapter.pull, held));
  }
  return reports;
}

/** An unfinished pull: since when it asks, when it began, and the vendor's cursor. */
interface Progress {
  readonly since: Instant;
  readonly began: Instant;
  readonly after?: string;
}

async function pullSource(ports: PullPorts, store: StoreId, source: ConfiguredSource, pull: NonNullable<ConfiguredSource["adapter"]["pull"]>, held: HeldWork): Promise<PullReport> {
  const began = ports.clock.now();
  const state = await pullState(ports.db, store, source.name);
  const progress = readProgress(state?.cursor) ?? { since: state?.until ?? plus(began, -FIRST_PULL), began };
  const done = { source: source.name, pages: 0, fresh: 0 };
  const request = {
    fetch: ports.fetch,
    since: progress.since,
    until: progress.began,
    waiting: () => newestWaiting(ports.db, store, source.name, MAX_WAITING),
    held: () => held(source.name, MAX_HELD),
    ...(progress.after !== undefined && { cursor: progress.after }),
  };
  for await (const page of pull(request)) {
    if (page.kind === "later") return { ...done, kind: "later", at: plus(began, page.retryAfter), why: page.why };
    if (page.kind === "refused") {
      // A cursor that the vendor no longer takes must not block the source for ever: the next pull starts over.
      await savePullState(ports.db, store, source.name, {});
      return { ...done, kind: "refused", why: page.why, next: page.next };
    }
    done.pages++;
    done.fresh += await keepPage(ports, store, source.name, progress, page);
    // One that was stopped and goes on hours later covers nothing of those: they are asked for at once.
    if (page.cursor === undefined) return { ...done, kind: began - progress.began > DOUBT ? "more" : "complete" };
    if (done.pages >= MAX_PAGES) return { ...done, kind: "more" };
  }
  return { ...done, kind: "more" };
}

async function keepPage(ports: PullPorts, store: StoreId, source: string, progress: Progress, page: Extract<PulledPage, { kind: "page" }>): Promise<number> {
  const now = ports.clock.now();
  const rows = inOrder(page.deliveries.map((delivery) => newRow(store, source, now, delivery)));
  return ports.db.transaction(async (tx) => {
    const fresh = rows.length > 0 ? rows.length - (await appendPulled(tx, rows)).size : 0;
    const cursor = page.cursor === undefined ? undefined : JSON.stringify({ ...progress, after: page.cursor });
    await savePullState(tx, store, source, cursor === undefined ? { until: plus(progress.began, -DOUBT) } : { cursor });
    return fresh;
  });
}

function readProgress(cursor: string | undefined): Progress | undefined {
  if (cursor === undefined) return undefined;
  const { since, began, after } = JSON.parse(cursor) as { since: number; began: number; after: string };
  return { since: instant(since), began: instant(began), after };
}

import type { Fetch, Ports } from "../../base/ports.ts";
import { MINUTE, SECOND, type Instant } from "../../base/time.ts";
import { heldWork } from "../../commerce/index.ts";
import { watchDeadlines, writeUpdates } from "../../incidents/index.ts";
import { applyInbox, expireWaiting, pullSources, readUpTo, watchSources, type Sources } from "../../intake/index.ts";
import { sendMondayList } from "../../learning/index.ts";
import { applyEvidence, expandNotices, expireLeases, handOnReplies, MAIL, recordJournal, sendReady, settleUnknown, type OutreachPorts } from "../../outreach/index.ts";
import { callPeople } from "../../people/index.ts";
import { nextCheckAt, sweepDue, type SweepContext, watchPostponed } from "../../promises/index.ts";
import type { Duty, DutyReport } from "../duties.ts";
import { applyEvents, settleOrders } from "../pipeline.ts";
import { keepWatch, type Watch } from "../stores/fence.ts";
import { mondaySender } from "./monday-mail.ts";
import { pageSender } from "./page-mail.ts";
import { replySender } from "./reply-mail.ts";
import type { StoreRuntime } from "./store-runtime.ts";

export interface WorkerPorts extends Ports {
  readonly fetch: Fetch;
}

/** How often a duty looks when nothing wakes it. A lost wake-up costs this much at most. */
const LOOK_OFTEN = 5 * SECOND;
const LOOK = 30 * SECOND;
/** One lane leaves the processor idle while the database claims and records (npm run bench outreach: 2.5x nodemailer with one, 3.5x with two). */
export const SEND_LANES = 2;
/** Reconciling pulls find what webhooks missed; vendors allow far more. */
const PULL_EVERY = 10 * MINUTE;

/**
 * Everything a worker does for one store. Each duty claims by state and does one batch a run, so that any number of
 * workers may run the same duties at once. `onFenced` is called when a newer worker has taken over.
 */
export function storeDuties(runtime: StoreRuntime, ports: WorkerPorts, watch: Watch, onFenced: () => void): readonly Duty[] {
  return [...noticing(runtime, ports), ...telling(runtime, { ...runtime.outreach, ...ports, epoch: watch.epoch }), ...watching(runtime, ports, watch, onFenced), ...reporting(runtime, ports)];
}

function worked(count: number, nextAt?: Instant): DutyReport {
  return { worked: count, nextAt };
}

/** From deliveries and the clock to cases and notices. */
function noticing(runtime: StoreRuntime, ports: WorkerPorts): readonly Duty[] {
  const { id: store, rules } = runtime;
  const sources: Sources = new Map([[store, runtime.sources]]);
  const sweep: SweepContext = { sources: rules.ledger.sources, readUpTo: (tx, _, now) => readUpTo(tx, store, sources, now) };
  return [
    {
      name: "apply",
      every: LOOK_OFTEN,
      run: async () => {
        const report = await applyInbox(ports, sources, store, (tx, _, events, now) => applyEvents(tx, store, rules, events, now));
        return worked(report.claimed - report.postponed);
      },
    },
    {
      name: "sweep",
      every: LOOK_OFTEN,
      run: async () => {
        const report = await sweepDue(ports, store, sweep, (tx, _, orders, changes, now) => settleOrders(tx, store, rules, orders, changes, now));
        // What is frozen was postponed: the promises behind it have not been looked at yet.
        return worked(report.broken + report.warned + report.frozen, await nextCheckAt(ports.db, store));
      },
    },
    { name: "postponed", every: LOOK, run: async () => (await watchPostponed(ports, store), worked(0)) },
    { name: "updates", every: LOOK, run: async () => worked((await writeUpdates(ports, store, rules.incidents)).written) },
    { name: "expire waiting", every: LOOK, run: async () => worked(await expireWaiting(ports, sources, store)) },
    { name: "sources", every: LOOK, run: async () => (await watchSources(ports, sources, store), worked(0)) },
    {
      name: "pull",
      every: PULL_EVERY,
      run: async () => {
        const reports = await pullSources(ports, sources, store, (source, limit) => heldWork(ports.db, store, source, limit, ports.clock.now()));
        const later = reports.flatMap((report) => (report.kind === "later" ? [report.at] : []));
        return worked(reports.filter((report) => report.kind === "more").length, later.sort((a, b) => a - b)[0]);
      },
    },
  ];
}

/** From notices to proof that they arrived. */
function telling(runtime: StoreRuntime, outreach: OutreachPorts): readonly Duty[] {
  const store = runtime.id;
  return [
    { name: "expand", every: LOOK_OFTEN, run: async () => worked((await expandNotices(outreach, store)).claimed) },
    ...outreach.channels.map((channel): Duty => ({
      // Mail is most of it; each other channel has a duty of its own, so that none waits for another.
      name: channel.name === MAIL ? "send" : `send ${channel.name}`,
      every: LOOK_OFTEN,
      lanes: channel.name === MAIL ? SEND_LANES : 1,
      run: async () => {
        const report = await sendReady(outreach, store, channel);
        return worked(report.claimed + report.turnedAway, report.nextAt);
      },
    })),
    {
      name: "evidence",
      every: LOOK_OFTEN,
      run: async () => {
        const report = await applyEvidence(outreach, runtime.evidence.readers, store);
        return worked(report.read - report.postponed);
      },
    },
    { name: "hand on replies", every: LOOK, run: async () => worked(await handOnReplies(outreach, store, replySender(runtime, outreach))) },
    { name: "record journal", every: LOOK, run: async () => worked(await recordJournal(outreach, store)) },
    { name: "expire leases", every: LOOK, run: async () => worked(await expireLeases(outreach, store)) },
    {
      name: "settle unknown",
      every: LOOK,
      run: async () => {
        const report = await settleUnknown(outreach, store);
        return worked(report.resent + report.asked);
      },
    },
  ];
}

/** People are called before a clock runs out, and this worker stops when it is not the newest. */
function watching(runtime: StoreRuntime, ports: WorkerPorts, watch: Watch, onFenced: () => void): readonly Duty[] {
  const store = runtime.id;
  const send = pageSender(runtime, ports);
  return [
    {
      name: "deadlines",
      every: LOOK,
      run: async () => {
        const report = await watchDeadlines(ports, store, runtime.pagingLead);
        return worked(report.paged + report.closed);
      },
    },
    { name: "page people", every: LOOK, run: async () => worked((await callPeople(ports, store, runtime.roster, send)).called) },
    {
      name: "watch",
      every: LOOK,
      run: async () => {
        if (!(await keepWatch(ports, store, watch))) onFenced();
        return worked(0);
      },
    },
  ];
}

/** The week's list for the store's owner. The sample store has none: nobody owns it, and its week passes in a quarter of an hour. */
function reporting(runtime: StoreRuntime, ports: WorkerPorts): readonly Duty[] {
  const { id: store, mondayList, sample } = runtime;
  if (sample || !mondayList.enabled) return [];
  const send = mondaySender(runtime, ports);
  return [
    {
      name: "monday list",
      every: LOOK,
      run: async () => {
        const { tried, nextAt } = await sendMondayList(ports, store, mondayList, send);
        return worked(tried ? 1 : 0, nextAt);
      },
    },
  ];
}

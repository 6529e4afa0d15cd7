import type { Clock } from "../../base/time.ts";
import { WAKE_CHANNEL } from "../../intake/index.ts";
import { pageGap } from "../../outreach/index.ts";
import { startDuty, type Duty, type RunningDuty } from "../duties.ts";
import { takeWatch } from "../stores/fence.ts";
import { heartbeat } from "./heartbeat.ts";
import type { Opened } from "./open.ts";
import { storeDuties } from "./store-duties.ts";
import { vendorFetch } from "./vendor-fetch.ts";

export interface Worker {
  /** Resolves when a newer worker has fenced this one off and it has stopped. */
  readonly fenced: Promise<void>;
  /** Finishes the batches under way and stops. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Clock milliseconds per real millisecond; above 1 in the sample store only. */
  readonly pace: number;
  /** Goes around every batch of a duty: the sample store's time stands still while it sends. */
  readonly around?: (duty: string, run: Duty["run"]) => Duty["run"];
}

/** What follows on what: when one duty has worked, these have something to do, those of each channel with them. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  apply: ["expand", "sweep"],
  sweep: ["expand", "deadlines"],
  updates: ["expand"],
  expand: ["send"],
  evidence: ["expand"],
  deadlines: ["page people"],
  sources: ["page people"],
};

/** Runs every duty of every store until stopped. Any number of workers may run beside each other. */
export async function startWorker(opened: Opened, options: WorkerOptions): Promise<Worker> {
  const { database, ports, stores } = opened;
  const { pace, around = (_, run) => run } = options;
  const running = new Map<string, RunningDuty>();
  const fence = Promise.withResolvers<void>();
  const stopAll = async () => void (await Promise.all([...running.values()].map((duty) => duty.stop())));

  for (const runtime of stores) {
    const watch = await takeWatch(ports, runtime.id);
    if (watch.opensGap) await database.transaction((tx) => pageGap(tx, runtime.id, ports.clock.now()));
    const channels = runtime.outreach.channels.map(({ name }) => name);
    const onFenced = () => {
      ports.log.warn({ store: runtime.id }, "A newer worker has taken over; this one stops");
      void stopAll().then(fence.resolve);
    };
    for (const duty of storeDuties(runtime, { ...ports, fetch: vendorFetch }, watch, onFenced)) {
      const wake = () => (FOLLOWERS[duty.name] ?? []).flatMap((name) => [name, ...channels.map((channel) => `${name} ${channel}`)]).forEach((name) => running.get(`${runtime.id}/${name}`)?.wake());
      const started = startDuty({ ...duty, run: around(duty.name, duty.run) }, paced(ports.clock, pace), ports.log, (report) => report.worked > 0 && wake());
      running.set(`${runtime.id}/${duty.name}`, started);
    }
  }
  const { heartbeatUrl } = opened.config;
  if (heartbeatUrl !== undefined) running.set("heartbeat", startDuty(heartbeat(opened, heartbeatUrl), paced(ports.clock, pace), ports.log));
  const wakeApply = () => stores.forEach((store) => running.get(`${store.id}/apply`)?.wake());
  const listening = await database.listen(WAKE_CHANNEL, { notified: wakeApply, resumed: wakeApply });
  return {
    fenced: fence.promise,
    stop: async () => {
      await listening.stop();
      await stopAll();
    },
  };
}

function paced(clock: Clock, pace: number): Clock & { readonly pace: number } {
  return { now: () => clock.now(), pace };
}

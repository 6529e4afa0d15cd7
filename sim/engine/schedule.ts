import { AsyncLocalStorage } from "node:async_hooks";
import { invariant } from "../../src/base/errors.ts";
import { instant, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "./random.ts";

/**
 * One process under simulation: it owns tasks, and dies as a whole at any point.
 * What it awaited then never comes back, exactly as after a kill -9.
 */
export interface SimProcess {
  readonly name: string;
  alive: boolean;
  /** How far this machine's clock is off. */
  skew: Milliseconds;
}

interface Task {
  readonly name: string;
  readonly process: SimProcess;
  state: "running" | "waiting" | "blocked" | "done";
  /** The real database connection that its statement under way runs on. */
  onBackend?: number | undefined;
}

interface Point {
  readonly task: Task;
  readonly label: string;
  readonly at: Instant;
  readonly resume: () => void;
}

/** Asks the real database which of these backends wait for a lock that another holds. */
export type FindBlocked = (backends: readonly number[]) => Promise<ReadonlySet<number>>;

/** What the script of faults may do with the next step. */
export type Twist = { readonly kind: "go" } | { readonly kind: "kill" } | { readonly kind: "stall"; readonly ms: Milliseconds };

export interface ScheduleOptions {
  readonly dice: Dice;
  readonly start: Instant;
  readonly findBlocked: FindBlocked;
  /** Chooses a fault for a step that is about to be taken. */
  readonly twist: (process: SimProcess, label: string) => Twist;
  /** Called when a process was killed, after its tasks are gone: rolls its transactions back. */
  readonly onKilled: (process: SimProcess) => Promise<void>;
}

/** A statement that takes longer than this is asked whether it waits for a lock; the answer, not the time, decides. */
const ASK_AFTER: Milliseconds = 2;
/** The virtual time that one step takes, at most. */
const STEP_TAKES: Milliseconds = 4;

export type Schedule = ReturnType<typeof createSchedule>;

/**
 * Runs tasks one step at a time on a virtual clock. Every await on a port is a point; which point goes next is the
 * seed's choice. Statements run on a real PostgreSQL: while one is under way nothing else moves, unless it waits for
 * a lock, which is a state of the database and not a matter of speed. So a seed replays exactly.
 */
export function createSchedule(options: ScheduleOptions) {
  const { dice } = options;
  const current = new AsyncLocalStorage<Task>();
  const tasks = new Set<Task>();
  let points: Point[] = [];
  let now = options.start;
  let steps = 0;
  let failure: unknown;
  let changed: () => void = () => {};

  const note = (): void => changed();

  function here(): Task {
    const task = current.getStore();
    invariant(task, "a port to be used inside of a simulated task");
    return task;
  }

  /** Suspends the running task until the schedule picks it, not before `delay` has passed. */
  function point(label: string, delay: Milliseconds = 0): Promise<void> {
    const task = here();
    return new Promise((resolve) => {
      if (!task.process.alive) return; // a dead process's code never runs on
      points.push({ task, label, at: instant(now + delay), resume: resolve });
      task.state = "waiting";
      note();
    });
  }

  /** Marks the running task's statement as under way on a real connection. */
  function onBackend(pid: number | undefined): void {
    here().onBackend = pid;
  }

  function spawn(process: SimProcess, name: string, body: () => Promise<void>): void {
    const task: Task = { name, process, state: "waiting" };
    tasks.add(task);
    const start = async () => {
      await point(`${name}: start`);
      await body();
    };
    void current.run(task, () =>
      start().then(
        () => void (task.state = "done"),
        (error: unknown) => {
          task.state = "done";
          failure ??= error;
        },
      ).then(() => {
        tasks.delete(task);
        note();
      }),
    );
  }

  async function findNewlyBlocked(): Promise<void> {
    const busy = [...tasks].filter((task) => task.state === "running" && task.onBackend !== undefined);
    if (busy.length === 0) return;
    const blocked = await options.findBlocked(busy.map((task) => task.onBackend as number));
    for (const task of busy) if (task.state === "running" && blocked.has(task.onBackend as number)) task.state = "blocked";
  }

  async function findUnblocked(): Promise<void> {
    const stuck = [...tasks].filter((task) => task.state === "blocked" && task.onBackend !== undefined);
    if (stuck.length === 0) return;
    const blocked = await options.findBlocked(stuck.map((task) => task.onBackend as number));
    for (const task of stuck) if (!blocked.has(task.onBackend as number) && task.state === "blocked") task.state = "running";
  }

  /** Waits until nothing moves any more: every task is at a point, blocked by a lock, or done. */
  async function settle(): Promise<void> {
    await findUnblocked();
    while ([...tasks].some((task) => task.state === "running" && task.process.alive)) {
      let timer: NodeJS.Timeout | undefined;
      const asked = await Promise.race([
        new Promise<false>((resolve) => (changed = () => resolve(false))),
        new Promise<true>((resolve) => (timer = setTimeout(() => resolve(true), ASK_AFTER))),
      ]);
      clearTimeout(timer);
      if (!asked) continue;
      await findNewlyBlocked();
      // One strand of a task ended while others of it still wait: the task as a whole waits.
      for (const task of tasks) {
        if (task.state === "running" && task.onBackend === undefined && points.some((each) => each.task === task)) task.state = "waiting";
      }
    }
  }

  async function kill(process: SimProcess): Promise<void> {
    process.alive = false;
    points = points.filter((each) => each.task.process !== process);
    for (const task of tasks) if (task.process === process) tasks.delete(task);
    await options.onKilled(process);
  }

  function choose(): Point | undefined {
    const ready = points.filter((each) => each.at <= now);
    if (ready.length > 0) return dice.pick(ready);
    const soonest = points.reduce<Point | undefined>((least, each) => (least && least.at <= each.at ? least : each), undefined);
    if (soonest) now = instant(Math.max(now, soonest.at));
    return soonest;
  }

  /** Takes steps until the virtual clock reaches `until` or nothing is left to do. Throws what a task threw. */
  async function run(until: Instant, afterStep: () => void | Promise<void>): Promise<void> {
    for (;;) {
      const next = choose();
      if (!next || next.at > until) {
        invariant(next || ![...tasks].some((task) => task.state === "blocked"), "no task to wait for a lock for ever");
        now = instant(Math.max(now, until));
        return;
      }
      const twist = options.twist(next.task.process, next.label);
      if (twist.kind === "stall") {
        points = points.map((each) => (each === next ? { ...each, at: instant(now + twist.ms) } : each));
        continue;
      }
      if (twist.kind === "kill") {
        await kill(next.task.process);
      } else {
        points = points.filter((each) => each !== next);
        next.task.state = "running";
        next.resume();
      }
      await settle();
      steps += 1;
      now = instant(now + dice.below(STEP_TAKES));
      if (failure !== undefined) throw failure;
      await afterStep();
    }
  }

  return {
    point,
    onBackend,
    spawn,
    kill,
    run,
    now: () => now,
    clockOf: (process: SimProcess) => ({ now: () => instant(now + process.skew) }),
    steps: () => steps,
  };
}

import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { invariant } from "../../src/base/errors.ts";
import type { Random } from "../../src/base/ids.ts";
import { instant, type Clock, type Instant, type Milliseconds } from "../../src/base/time.ts";
import { seededRandom, type Dice } from "./random.ts";

/**
 * One process under simulation: it owns tasks, and dies as a whole at any point.
 * What it awaited then never comes back, exactly as after a kill -9.
 */
export interface SimProcess {
  readonly name: string;
  alive: boolean;
  /** How far this machine's clock is off. */
  skew: Milliseconds;
  /** Frozen until then, as a machine that is suspended; its connections stay open. */
  frozenUntil: Instant;
}

export interface Task {
  readonly id: number;
  readonly name: string;
  readonly machine: SimProcess;
  readonly random: Random;
  /** Points that strands of it wait at. */
  points: number;
  /** Strands that wait for another task's answer. */
  parked: number;
  made: number;
  isDone: boolean;
  /** The step in which the last of its statements ran. */
  lastStatement: number;
}

interface Point {
  readonly task: Task;
  readonly order: number;
  readonly label: string;
  at: Instant;
  readonly resume: () => void;
}

/** A statement under way on a real connection. */
interface Running {
  readonly task: Task;
  blocked: boolean;
}

/** Asks the real database which backends hold the locks that each of these waits for. */
type BlockersOf = (backends: readonly number[]) => Promise<ReadonlyMap<number, readonly number[]>>;

/** What the script of faults may do with the next step. */
export type Twist = { readonly kind: "go" } | { readonly kind: "kill" } | { readonly kind: "stall"; readonly ms: Milliseconds };

export interface ScheduleOptions {
  readonly dice: Dice;
  readonly start: Instant;
  readonly blockersOf: BlockersOf;
  /** Chooses a fault for a step that is about to be taken. */
  readonly twist: (task: Task, label: string) => Twist;
  /** Called when a process was killed, after its tasks are gone: rolls its transactions back. */
  readonly onKilled: (machine: SimProcess) => Promise<void>;
  /** Called when nothing can be done without time passing: wakes whoever has become due. */
  readonly onQuiet: () => Promise<void>;
  /** Called when a statement waits for a lock that another holds. */
  readonly onLockWait: () => void;
  /** Hears each step, for a person who follows a replay. */
  readonly trace?: (line: string) => void;
}

/** A statement that takes longer than this is asked whether it waits for a lock; the answer, not the time, decides. */
const ASK_AFTER: Milliseconds = 2;
/** The virtual time that one step takes, at most. */
const STEP_TAKES: Milliseconds = 4;
/** Turns of the event loop that a task may compute without reaching a port: more is a task that hangs. */
const MAX_TURNS = 100_000;

const NONE: readonly number[] = [];

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** A sleeping strand that others may wake. */
export interface Sleep {
  readonly ended: Promise<void>;
  /** Ends no later than this. */
  hasten(until: Instant): void;
}

/**
 * Runs tasks one step at a time on a virtual clock. Every await on a port is a point; which point goes next is the
 * seed's choice. Statements run on a real PostgreSQL: while one is under way nothing else moves, unless it waits for
 * a lock, which is a state of the database and not a matter of speed. A backend that waits is stopped, and those that
 * were given their locks go on one by one: PostgreSQL would let them race for the row's next version. So a seed
 * replays exactly.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #current = new AsyncLocalStorage<Task>();
  readonly #tasks = new Set<Task>();
  readonly #running = new Map<number, Running>();
  readonly #hash = createHash("sha256");
  #points: Point[] = [];
  #now: Instant;
  #steps = 0;
  #spawned = 0;
  #failure: { error: unknown } | undefined;
  #changed: () => void = () => {};

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#now = options.start;
  }

  get now(): Instant {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** A digest of every step so far: two runs with the same one did the same. */
  get digest(): string {
    return this.#hash.copy().digest("hex");
  }

  here(): Task {
    const task = this.#current.getStore();
    invariant(task, "a port to be used inside of a simulated task");
    return task;
  }

  clockOf(machine: SimProcess): Clock {
    return { now: () => instant(this.#now + machine.skew) };
  }

  /** Unguessable bytes from the stream of whichever task asks, so that no task's draws shift another's. */
  readonly random: Random = { bytes: (count) => this.here().random.bytes(count) };

  /** Suspends the running strand until the schedule picks it, not before `delay` has passed. */
  point(label: string, delay: Milliseconds = 0): Promise<void> {
    return this.sleep(label, instant(this.#now + delay)).ended;
  }

  sleep(label: string, until: Instant): Sleep {
    const task = this.here();
    const { promise, resolve } = Promise.withResolvers<void>();
    const point: Point = { task, order: task.made++, label, at: until, resume: resolve };
    // A dead process's code never runs on.
    if (task.machine.alive) {
      this.#points.push(point);
      task.points += 1;
    }
    return { ended: promise, hasten: (at) => void (point.at = instant(Math.min(point.at, Math.max(at, this.#now)))) };
  }

  /** Waits for what another task will answer; meanwhile this strand is at rest. */
  async parked<T>(answer: Promise<T>): Promise<T> {
    const task = this.here();
    task.parked += 1;
    const value = await answer;
    task.parked -= 1;
    return value;
  }

  /** Runs a statement on a real connection. What a dead process asked for is never answered. */
  async onBackend<T>(pid: number, statement: () => Promise<T>): Promise<T> {
    const task = this.here();
    task.lastStatement = this.#steps;
    this.#running.set(pid, { task, blocked: false });
    try {
      return await statement();
    } finally {
      this.#running.delete(pid);
      this.#changed();
      if (!task.machine.alive) await new Promise(() => {});
    }
  }

  isOnBackend(pid: number): boolean {
    return this.#running.has(pid);
  }

  spawn(machine: SimProcess, name: string, body: () => Promise<void>): void {
    this.#spawned += 1;
    const random = seededRandom(this.#options.dice.fork(`${name} ${this.#spawned}`));
    const task: Task = { id: this.#spawned, name: `${machine.name}/${name}`, machine, random, points: 0, parked: 0, made: 0, isDone: false, lastStatement: 0 };
    this.#tasks.add(task);
    void this.#current.run(task, async () => {
      try {
        await this.point("start");
        await body();
      } catch (error) {
        this.#failure ??= { error };
      }
      task.isDone = true;
      this.#tasks.delete(task);
    });
  }

  async kill(machine: SimProcess): Promise<void> {
    machine.alive = false;
    this.#points = this.#points.filter((each) => each.task.machine !== machine);
    for (const task of this.#tasks) if (task.machine === machine) this.#tasks.delete(task);
    await this.#options.onKilled(machine);
    await this.#settle();
  }

  /** Takes steps until the virtual clock reaches `until` or nothing is left to do. Throws what a task threw. */
  async run(until: Instant): Promise<void> {
    await this.#settle();
    for (;;) {
      let next = this.#pick();
      if (!next || this.#readyAt(next) > this.#now) {
        await this.#options.onQuiet();
        next = this.#pick();
      }
      if (!next || this.#readyAt(next) > until) break;
      this.#now = instant(Math.max(this.#now, this.#readyAt(next)));
      await this.#step(next);
      if (this.#failure !== undefined) throw this.#failure.error;
    }
    invariant(this.#points.length > 0 || this.#running.size === 0, "no statement to wait for a lock that nobody will release");
    this.#now = instant(Math.max(this.#now, until));
  }

  async #step(point: Point): Promise<void> {
    const { task, label } = point;
    const twist = this.#options.twist(task, label);
    if (twist.kind === "stall") {
      point.at = instant(this.#now + twist.ms);
      return;
    }
    this.#steps += 1;
    this.#note(`${this.#now} ${task.name} ${label}${twist.kind === "kill" ? " KILLED" : ""}`);
    if (twist.kind === "kill") {
      await this.kill(task.machine);
    } else {
      this.#points.splice(this.#points.indexOf(point), 1);
      task.points -= 1;
      point.resume();
      await this.#settle();
    }
    this.#now = instant(this.#now + this.#options.dice.below(STEP_TAKES));
  }

  #note(line: string): void {
    this.#hash.update(`${line}\n`);
    this.#options.trace?.(line);
  }

  #readyAt(point: Point): Instant {
    return instant(Math.max(point.at, point.task.machine.frozenUntil));
  }

  /** One of the points that may go now, by the dice; else the one that may go soonest. */
  #pick(): Point | undefined {
    const ready = this.#points.filter((each) => this.#readyAt(each) <= this.#now);
    // Answers of the real database arrive in no fixed order; the order of points must not depend on it.
    if (ready.length > 0) return this.#options.dice.pick(ready.toSorted((a, b) => a.task.id - b.task.id || a.order - b.order));
    const first = (a: Point, b: Point) => this.#readyAt(a) - this.#readyAt(b) || a.task.id - b.task.id || a.order - b.order;
    return this.#points.reduce<Point | undefined>((least, each) => (least && first(least, each) <= 0 ? least : each), undefined);
  }

  /** Waits until nothing moves any more: every task is at a point, waits for another, is blocked by a lock, or done. */
  async #settle(): Promise<void> {
    do await this.#untilQuiet();
    while (await this.#anyUnblocked());
  }

  async #untilQuiet(): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      invariant(turns < MAX_TURNS, `a task to reach a port: ${[...this.#tasks].filter((task) => !this.#rests(task)).map((task) => task.name).join(", ")}`);
      if (this.#moving().length > 0) await this.#untilChangeOrBlocked();
      else {
        // Everything that promises alone drive has run at the next tick; what is driven otherwise needs whole turns.
        await nextTick();
        if (this.#isQuiet()) return;
        await nextTurn();
      }
    }
  }

  #isQuiet(): boolean {
    return this.#moving().length === 0 && [...this.#tasks].every((task) => this.#rests(task));
  }

  #rests(task: Task): boolean {
    return task.points > 0 || task.parked > 0 || task.isDone || (this.#running.size > 0 && [...this.#running.values()].some((each) => each.task === task && each.blocked));
  }

  #moving(): readonly number[] {
    if (this.#running.size === 0) return NONE;
    return [...this.#running].filter(([, statement]) => !statement.blocked).map(([pid]) => pid);
  }

  async #untilChangeOrBlocked(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<"changed" | "slow">();
    this.#changed = () => resolve("changed");
    const timer = setTimeout(() => resolve("slow"), ASK_AFTER);
    const because = await promise;
    clearTimeout(timer);
    if (because === "changed") return;
    const moving = this.#moving();
    const blockers = await this.#options.blockersOf([...this.#running.keys()]);
    for (const pid of moving) if (blockers.has(pid)) this.#stop(pid, blockers);
  }

  #stop(pid: number, blockers: ReadonlyMap<number, readonly number[]>): void {
    const statement = this.#running.get(pid);
    if (!statement) return;
    // The last of a circle is left to find the deadlock, as its backend does after `deadlock_timeout`; until then time
    // stands still. The others are stopped and cannot find it first, so that the same one is the victim each time.
    if (waitsForItself(pid, blockers)) return;
    statement.blocked = true;
    this.#options.onLockWait();
    process.kill(pid, "SIGSTOP");
  }

  /** Lets the first of the statements go on that waited for a lock and have it now. */
  async #anyUnblocked(): Promise<boolean> {
    const waiting = [...this.#running].filter(([, statement]) => statement.blocked);
    if (waiting.length === 0) return false;
    const blockers = await this.#options.blockersOf(waiting.map(([pid]) => pid));
    const freed = waiting.find(([pid]) => !blockers.has(pid));
    if (!freed) return false;
    freed[1].blocked = false;
    process.kill(freed[0], "SIGCONT");
    return true;
  }
}

/** Whether it waits for one who waits for it: a deadlock. */
function waitsForItself(pid: number, blockers: ReadonlyMap<number, readonly number[]>): boolean {
  const behind = new Set<number>();
  const ask = [...(blockers.get(pid) ?? [])];
  for (let next = ask.pop(); next !== undefined; next = ask.pop()) {
    if (behind.has(next)) continue;
    behind.add(next);
    ask.push(...(blockers.get(next) ?? []));
  }
  return behind.has(pid);
}

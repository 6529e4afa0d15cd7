import { HOUR, instant, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Fetch } from "../../src/base/ports.ts";
import { pageGap } from "../../src/outreach/index.ts";
import type { Duty } from "../../src/server/duties.ts";
import { storeDuties } from "../../src/server/runtime/store-duties.ts";
import { takeWatch } from "../../src/server/stores/fence.ts";
import type { Dice } from "../engine/random.ts";
import type { Schedule, Sleep } from "../engine/schedule.ts";
import type { World } from "../world/world.ts";
import type { Product, Running } from "./product.ts";

/**
 * How long a duty sleeps when nothing is due for it. The product looks more often; a look that finds nothing changes
 * nothing, and whatever becomes due wakes its duty (`due.ts`), so the simulator leaves those looks out.
 */
const IDLE: Readonly<Record<string, Milliseconds>> = { watch: 28 * MINUTE, pull: 5 * HOUR, sources: 4 * HOUR, deadlines: 3 * HOUR, updates: 3 * HOUR };
const IDLE_OTHERWISE: Milliseconds = 12 * HOUR;
/** What is due and cannot be done now (halted, capped, somebody else's) is looked at again this soon, then ever more seldom. */
const PAUSE_FIRST: Milliseconds = 10 * SECOND;
const PAUSE_MAX: Milliseconds = 20 * MINUTE;
/** The product's rest after an error of the database. */
const REST: Milliseconds = SECOND;

/**
 * How often a duty that has worked looks again at once, and wakes those that follow on it. Most such looks find nothing;
 * what they would have found wakes its duty when it is due.
 */
const EAGER = 0.4;

/** Which duties have something to do when one has worked: as the product's own worker wakes them. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  apply: ["expand", "sweep"], sweep: ["expand", "deadlines"], updates: ["expand"], expand: ["send", "send sms"], evidence: ["expand"], deadlines: ["page people"], sources: ["page people"],
};

interface DutyState {
  readonly duty: Duty;
  pause: Milliseconds;
  notBefore: Instant;
  isRunning: boolean;
  sleep?: Sleep;
}

/** A worker process: every duty of the store in a task of its own, on virtual time. */
export class Worker {
  readonly running: Running;
  readonly #world: World;
  readonly #schedule: Schedule;
  readonly #product: Product;
  readonly #states = new Map<string, DutyState>();
  readonly #dice: Dice;
  /** Set when a newer worker has taken over. */
  isFenced = false;

  constructor(world: World, product: Product, name: string, skew: Milliseconds) {
    this.#world = world;
    this.#schedule = world.schedule;
    this.#product = product;
    this.#dice = world.dice.fork(name);
    this.running = product.start(name, skew);
  }

  /** Takes up the watch, then runs every duty. `onWatch` hears of the epoch and whether a gap was opened. */
  start(fetch: Fetch, others: () => readonly Worker[], onWatch: (worker: Worker, hasGap: boolean) => void): void {
    const { machine, ports } = this.running;
    const { store, runtime } = this.#product;
    this.#schedule.spawn(machine, "boot", async () => {
      const watch = await takeWatch(ports, store);
      this.running.epoch = watch.epoch;
      onWatch(this, watch.opensGap);
      if (watch.opensGap) await ports.db.transaction((tx) => pageGap(tx, store, ports.clock.now()));
      for (const duty of storeDuties(runtime, { ...ports, fetch }, watch, () => void (this.isFenced = true))) {
        const state: DutyState = { duty, pause: PAUSE_FIRST, notBefore: this.#schedule.now, isRunning: false };
        this.#states.set(duty.name, state);
        this.#schedule.spawn(machine, duty.name, () => this.#loop(state, others));
      }
    });
  }

  async #loop(state: DutyState, others: () => readonly Worker[]): Promise<void> {
    const { duty } = state;
    while (!this.isFenced) {
      if (others().some((other) => other !== this && other.running.machine.alive && other.isRunning(duty.name))) this.#world.hit("two workers on the same duty");
      state.isRunning = true;
      const report = await this.#attempt(duty);
      state.isRunning = false;
      if (report.worked > 0) {
        state.pause = PAUSE_FIRST;
        state.notBefore = this.#schedule.now;
        for (const follower of FOLLOWERS[duty.name] ?? []) if (this.#dice.chance(EAGER)) this.wake(follower);
        if (this.#dice.chance(EAGER)) continue;
      } else {
        state.notBefore = plus(this.#schedule.now, state.pause);
        state.pause = Math.min(2 * state.pause, PAUSE_MAX);
      }
      const sleep = this.#schedule.sleep("idle", plus(this.#schedule.now, IDLE[duty.name] ?? IDLE_OTHERWISE));
      state.sleep = sleep;
      await sleep.ended;
      delete state.sleep;
    }
  }

  async #attempt(duty: Duty): Promise<{ worked: number }> {
    try {
      return await duty.run();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      // Two transactions that wait for each other: the lock order is broken somewhere.
      if (code === "40P01") this.#world.violate("Locks", `${duty.name} met a deadlock: ${String(error)}`);
      else this.#world.violate("Duties", `${duty.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await this.#schedule.point("rest after an error", REST);
      return { worked: 0 };
    }
  }

  isRunning(name: string): boolean {
    return this.#states.get(name)?.isRunning ?? false;
  }

  /** Looks now, as after a notification. */
  wake(name: string): void {
    const state = this.#states.get(name);
    if (!state) return;
    state.pause = PAUSE_FIRST;
    state.sleep?.hasten(this.#schedule.now);
  }

  /** Goes on where it stood; the timers that ran out meanwhile all end at once. */
  thaw(): void {
    this.running.machine.frozenUntil = this.#schedule.now;
    for (const name of this.#states.keys()) this.wake(name);
  }

  /** Whether the duty could look now. */
  isAsleep(name: string): boolean {
    const { alive, frozenUntil } = this.running.machine;
    return alive && frozenUntil <= this.#schedule.now && this.#states.get(name)?.sleep !== undefined;
  }

  /** Looks when something becomes due, by this machine's clock. */
  wakeAt(name: string, due: Instant): void {
    const state = this.#states.get(name);
    state?.sleep?.hasten(instant(Math.max(due - this.running.machine.skew, state.notBefore)));
  }
}

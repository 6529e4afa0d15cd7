import type { VendorDelivery } from "../../sample/model.ts";
import { HOUR, instant, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { StoreId } from "../../src/base/ids.ts";
import type { Fetch } from "../../src/base/ports.ts";
import type { SimProcess } from "../engine/schedule.ts";
import type { SendingTruth } from "../oracle/sending.ts";
import type { SignedForm } from "../world/carrier-format.ts";
import type { Source } from "../world/orders.ts";
import type { Freeze } from "../world/script.ts";
import type { World } from "../world/world.ts";
import type { Due } from "./due.ts";
import { Web, type Product, type Running } from "./product.ts";
import { Worker } from "./worker.ts";

export interface FleetWish {
  readonly world: World;
  readonly product: Product;
  readonly fetch: Fetch;
  readonly sending: SendingTruth;
}

/** No machine's clock may be off by more than this, steps included. */
const MAX_SKEW: Milliseconds = 9 * MINUTE;
const USUAL_SKEW: Milliseconds = 90 * SECOND;
/** A frozen machine stays so until somebody thaws it. */
const NEVER = instant(8.64e15);

/** The product's processes: one web, two workers. They die, freeze, and are started again. */
export class Fleet {
  readonly #wish: FleetWish;
  readonly #world: World;
  readonly #running = new Map<SimProcess, Running>();
  #web: Web | undefined;
  #workers: Worker[] = [];
  #retired: Worker[] = [];
  #started = 0;
  /** Until when something keeps workers from working as they should. */
  #disturbedUntil: Instant;
  #isGapOpen = false;
  /** When a worker last found that none had been at work: what is pulled has not been read until the next pull. */
  gapAt: Instant | undefined;
  /** Whether workers that are still frozen go on when the next one claims mail. */
  #areGhostsDue = false;

  constructor(wish: FleetWish) {
    this.#wish = wish;
    this.#world = wish.world;
    this.#disturbedUntil = wish.world.schedule.now;
  }

  get store(): StoreId {
    return this.#wish.product.store;
  }

  get pagingLead(): Milliseconds {
    return this.#wish.product.runtime.pagingLead;
  }

  start(): void {
    this.#startWeb();
    this.#startWorker(0);
    this.#startWorker(1);
  }

  #startWeb(): void {
    this.#started += 1;
    this.#web = new Web(this.#wish.product, this.#world.schedule, `web${this.#started}`);
    this.#running.set(this.#web.running.machine, this.#web.running);
  }

  #startWorker(slot: number): void {
    this.#started += 1;
    const skew = this.#world.dice.between(-USUAL_SKEW, USUAL_SKEW);
    const worker = new Worker(this.#world, this.#wish.product, `worker${this.#started}`, skew);
    this.#workers[slot] = worker;
    this.#running.set(worker.running.machine, worker.running);
    worker.start(this.#wish.fetch, () => [...this.#workers, ...this.#retired], (started, hasGap) => this.#onWatch(started, hasGap));
  }

  #onWatch(worker: Worker, hasGap: boolean): void {
    const epoch = worker.running.epoch ?? 0;
    const { sending } = this.#wish;
    if (epoch > sending.epoch.epoch) sending.epoch = { epoch, since: this.#world.schedule.here().lastStatement };
    if (!hasGap) return;
    this.#isGapOpen = true;
    this.gapAt = this.#world.schedule.now;
  }

  /** The people have decided what the gap holds. */
  gapDecided(): void {
    const { now } = this.#world.schedule;
    this.#isGapOpen = false;
    this.disturb(now);
    this.#areGhostsDue = true;
  }

  /** A worker is about to claim mail, which is when a ghost does the most harm: for how long it hesitates meanwhile. */
  onClaim(): Milliseconds {
    if (!this.#areGhostsDue) return 0;
    this.#areGhostsDue = false;
    for (const ghost of this.#retired) if (ghost.running.machine.frozenUntil > this.#world.schedule.now) ghost.thaw();
    return this.#world.dice.between(0, 3 * SECOND);
  }

  /** A person compares with the provider's log only once what was missed has been pulled and nothing is stopped. */
  canDecideGap(): boolean {
    return this.#wish.sending.haltedSince === undefined && this.#disturbedUntil < plus(this.#world.schedule.now, -HOUR);
  }

  roleOf(machine: SimProcess): "worker" | "web" | undefined {
    if (machine === this.#web?.running.machine) return "web";
    return this.#workers.some((worker) => worker.running.machine === machine) ? "worker" : undefined;
  }

  runningOf(machine: SimProcess): Running | undefined {
    return this.#running.get(machine);
  }

  disturb(until: Instant): void {
    this.#disturbedUntil = instant(Math.max(this.#disturbedUntil, until));
  }

  /** Since when everything has been working; now while it is not. */
  quietSince(): Instant {
    return this.#isGapOpen ? this.#world.schedule.now : instant(Math.min(this.#disturbedUntil, this.#world.schedule.now));
  }

  deliver(delivery: VendorDelivery<Source | "desk">, answered: (acknowledged: boolean) => void): void {
    this.#web?.take(delivery, (acknowledged) => {
      answered(acknowledged);
      if (!acknowledged) return;
      if (this.#world.dice.chance(0.1)) this.#world.hit("wake-up lost");
      else if (this.#world.dice.chance(0.3)) for (const worker of this.#workers) worker.wake("apply");
      else this.#world.dice.pick(this.#workers).wake("apply");
    });
  }

  takeAnswer(...asked: Parameters<Web["takeAnswer"]>): void {
    this.#web?.takeAnswer(...asked);
  }

  declare(...asked: Parameters<Web["declare"]>): void {
    this.#web?.declare(...asked);
  }

  returnMail(report: Uint8Array, answered: (kept: boolean) => void): void {
    this.#web?.takeReport(report, answered);
  }

  returnForm(form: SignedForm, answered: (kept: boolean, answer: string) => void): void {
    this.#web?.takeForm(form, answered);
  }

  consents(body: string, answered: (kept: boolean) => void): void {
    this.#web?.takeConsents(body, answered);
  }

  /** One worker or both look when something is due: each finds it, and only one may do it. */
  wakeWhenDue(due: Due): void {
    const { dice } = this.#world;
    for (const [duty, at] of due) {
      const asleep = this.#workers.filter((worker) => worker.isAsleep(duty));
      const chosen = asleep.length > 1 && dice.chance(0.6) ? [dice.pick(asleep)] : asleep;
      for (const worker of chosen) worker.wakeAt(duty, at);
    }
  }

  /** Ends what the process had open, and starts another after a while. */
  async onKilled(machine: SimProcess): Promise<void> {
    await this.#running.get(machine)?.db.abandon();
    const { agenda, dice, schedule } = this.#world;
    if (this.#isRestoring) return;
    const slot = this.#workers.findIndex((worker) => worker.running.machine === machine);
    if (machine === this.#web?.running.machine) agenda.at(plus(schedule.now, dice.between(5 * SECOND, 3 * MINUTE)), () => this.#startWebIfDead());
    if (slot < 0) return;
    const back = plus(schedule.now, dice.chance(0.8) ? dice.between(2 * SECOND, 5 * MINUTE) : dice.between(5 * MINUTE, 70 * MINUTE));
    this.disturb(back);
    agenda.at(back, () => {
      if (this.#workers[slot]?.running.machine.alive !== true) this.#startWorker(slot);
    });
  }

  #startWebIfDead(): void {
    if (this.#web?.running.machine.alive !== true) this.#startWeb();
  }

  #isRestoring = false;

  /** Everything stops, the database returns to what it was, and everything starts. */
  async restore(bringBack: () => Promise<void>): Promise<void> {
    const { schedule } = this.#world;
    this.#isRestoring = true;
    for (const running of this.#running.values()) if (running.machine.alive) await schedule.kill(running.machine);
    await bringBack();
    this.#isRestoring = false;
    this.#wish.sending.restoredAt = schedule.now;
    this.#wish.sending.epoch = { epoch: 0, since: schedule.steps };
    this.disturb(plus(schedule.now, MINUTE));
    this.start();
  }

  /** Suspends both workers, and lets two others take over meanwhile. They thaw as the ghosts of a time before. */
  freeze(plan: Freeze): void {
    const { agenda, schedule } = this.#world;
    const isBusy = this.#workers.some((worker) => !worker.running.machine.alive || worker.running.db.hasTransaction);
    // A server ends the transaction of a machine that is suspended: one that has none is suspended here.
    if (isBusy) return agenda.at(plus(schedule.now, SECOND), () => this.freeze(plan));
    this.#world.hit("worker frozen past the gap");
    const frozen = [...this.#workers];
    for (const worker of frozen) worker.running.machine.frozenUntil = plan.until ?? NEVER;
    this.disturb(instant(Math.max(plan.until ?? 0, plan.takeOverAt)));
    agenda.at(plan.takeOverAt, () => {
      this.#retired.push(...frozen.filter((worker) => this.#workers.includes(worker)));
      frozen.forEach((worker, slot) => {
        if (this.#workers[slot] === worker) this.#startWorker(slot);
      });
    });
  }

  stepClock(slot: number, by: Milliseconds): void {
    const machine = this.#workers[slot]?.running.machine;
    if (machine === undefined) return;
    this.#world.hit(by < 0 ? "clock stepped back" : "clock stepped forward");
    machine.skew = Math.min(MAX_SKEW, Math.max(-MAX_SKEW, machine.skew + by));
  }

  /** Ends all processes, as a power cut does. */
  async stop(): Promise<void> {
    this.#isRestoring = true;
    for (const running of this.#running.values()) if (running.machine.alive) await this.#world.schedule.kill(running.machine);
  }
}

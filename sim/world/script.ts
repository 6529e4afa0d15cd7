import { DAY, HOUR, instant, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import type { Task, Twist } from "../engine/schedule.ts";
import { SILENT_AFTER_HOURS } from "../product/config.ts";
import type { Fault } from "./faults.ts";
import type { Trouble } from "./post.ts";
import type { Spell } from "./vendors.ts";
import { SOURCES } from "./vendors.ts";

/** Both workers are suspended. Without `until` they go on when people have decided what the gap holds and the others claim mail. */
export interface Freeze {
  readonly at: Instant;
  readonly takeOverAt: Instant;
  readonly until?: Instant;
}

/** What goes wrong in one seed beside the small faults that dice decide one by one. */
export interface Script {
  readonly spells: readonly Spell[];
  readonly troubles: readonly Trouble[];
  readonly golive: Instant;
  readonly halt: { readonly at: Instant; readonly until: Instant };
  readonly backup?: { readonly takenAt: Instant; readonly restoredAt: Instant };
  /** Both workers are suspended, and one that takes over is started meanwhile. */
  readonly freeze?: Freeze;
  readonly clockSteps: readonly { readonly at: Instant; readonly by: Milliseconds; readonly worker: number }[];
  readonly ambushes: readonly { readonly at: Instant; readonly ambush: Ambush }[];
}

/** A fault that waits for the right step of a kind of process. */
export interface Ambush {
  readonly fault: Fault;
  readonly role: "worker" | "web";
  readonly label: RegExp;
  /** Of the steps that fit, one in so many is taken. */
  readonly oneIn: number;
  /** Killed, or stalled for so long. */
  readonly stallFor?: Milliseconds;
}

/** Work, as opposed to sleep. */
const WORKING = /^(?!idle|start|rest)/;
const OUTSIDE_OF_TRANSACTIONS = /^(?:mail|mail taken|after commit|after alone)/;
const INSIDE_OF_TRANSACTIONS = /^(?:commit$|statement|outreach\.|promises\.|commerce\.|incidents\.|intake\.claim)/;

const AMBUSHES: readonly ((dice: Dice) => Ambush)[] = [
  () => ({ fault: "worker killed", role: "worker", label: WORKING, oneIn: 20 }),
  () => ({ fault: "worker killed", role: "worker", label: WORKING, oneIn: 60 }),
  () => ({ fault: "worker killed", role: "worker", label: /^(?:after )?commit/, oneIn: 4 }),
  () => ({ fault: "worker killed while a provider has its mail", role: "worker", label: /^mail taken/, oneIn: 1 }),
  () => ({ fault: "web killed before the commit", role: "web", label: /^alone intake/, oneIn: 1 }),
  () => ({ fault: "web killed after the commit", role: "web", label: /^(?:after alone intake|answer)/, oneIn: 1 }),
  (dice) => ({ fault: "worker stalled beyond its lease", role: "worker", label: OUTSIDE_OF_TRANSACTIONS, oneIn: 3, stallFor: dice.between(150 * SECOND, 12 * MINUTE) }),
  // A server ends a transaction that idles for a minute: a stall inside of one is shorter.
  (dice) => ({ fault: "statement waited for a lock", role: "worker", label: INSIDE_OF_TRANSACTIONS, oneIn: 3, stallFor: dice.between(SECOND, 50 * SECOND) }),
  (dice) => ({ fault: "statement waited for a lock", role: "worker", label: INSIDE_OF_TRANSACTIONS, oneIn: 6, stallFor: dice.between(SECOND, 50 * SECOND) }),
  // It holds orders whose promises are due, and has not taken the promises yet.
  (dice) => ({ fault: "statement waited for a lock", role: "worker", label: /^promises\.claim$/, oneIn: 2, stallFor: dice.between(SECOND, 50 * SECOND) }),
];
/** How often each ambush is laid in a seed of 30 days. */
const ROUNDS = 3;

export interface ScriptWish {
  readonly dice: Dice;
  readonly start: Instant;
  readonly calmFrom: Instant;
  /** When the most is to be told: workers that are suspended then leave much to those who take over, and a backup of then loses much. */
  readonly busyAt: Instant;
  /** When the clocks of parcels that stand still run out. */
  readonly standstills: readonly Instant[];
}

/** Writes the script of a seed. */
export function script({ dice, start, calmFrom, busyAt, standstills }: ScriptWish): Script {
  const sometime = (): Instant => instant(dice.between(start + 2 * HOUR, calmFrom - 12 * HOUR));
  const ambushes = Array.from({ length: ROUNDS }, () => AMBUSHES.map((make) => ({ at: sometime(), ambush: make(dice) }))).flat();
  const haltAt = sometime();
  const freezeAt = dice.chance(0.5) ? sometime() : instant(Math.min(plus(busyAt, dice.between(5 * MINUTE, 40 * MINUTE)), calmFrom - 12 * HOUR));
  const thawsBySelf = dice.chance(0.5);
  const golive = plus(start, dice.between(0, 2 * DAY));
  // Of an earlier one the people would know that they have to go live again.
  const takenAt = instant(Math.max(dice.chance(0.5) ? sometime() : plus(busyAt, -dice.between(0, 30 * MINUTE)), plus(golive, HOUR)));
  return {
    spells: spells(dice, sometime, standstills.filter((due) => due > start + DAY && due < calmFrom)),
    troubles: troubles(dice, sometime),
    golive,
    halt: { at: haltAt, until: plus(haltAt, dice.between(10 * MINUTE, 5 * HOUR)) },
    ...(dice.chance(0.5) && { backup: { takenAt, restoredAt: plus(takenAt, dice.between(50 * MINUTE, 8 * HOUR)) } }),
    ...(dice.chance(0.6) && { freeze: { at: freezeAt, takeOverAt: plus(freezeAt, dice.between(36 * MINUTE, 50 * MINUTE)), ...(thawsBySelf && { until: plus(freezeAt, dice.between(40 * MINUTE, 90 * MINUTE)) }) } }),
    clockSteps: Array.from({ length: 4 }, (_, index) => ({ at: sometime(), by: (index % 2 === 0 ? 1 : -1) * dice.between(SECOND, 8 * MINUTE), worker: dice.below(2) })),
    ambushes,
  };
}

/** Those that wait for the senders of texts. */
export function textAmbushes(dice: Dice, start: Instant, calmFrom: Instant): Script["ambushes"] {
  const killed: Ambush = { fault: "worker killed while a carrier has its text", role: "worker", label: /^text taken/, oneIn: 1 };
  return [0, 1].map(() => ({ at: instant(dice.between(start + 2 * HOUR, calmFrom - 12 * HOUR)), ambush: killed }));
}

function spells(dice: Dice, sometime: () => Instant, standstills: readonly Instant[]): Spell[] {
  const all: Spell[] = [];
  for (const source of SOURCES) {
    const from = sometime();
    if (dice.chance(0.7)) {
      const silence = { source, from, until: plus(from, dice.between(8 * HOUR, 30 * HOUR)) };
      all.push(source === "easypost" && standstills.length > 0 ? overOne(dice.fork("standstill"), standstills) : silence);
    }
    const later = sometime();
    if (dice.chance(0.7)) all.push({ source, from: later, until: plus(later, dice.between(6 * HOUR, 20 * HOUR)), lateBy: dice.between(HOUR, 6 * HOUR) });
  }
  return all;
}

/** The tracker falls silent before a parcel's time runs out: nobody can know then whether it was handled. */
function overOne(dice: Dice, standstills: readonly Instant[]): Spell {
  const due = dice.pick(standstills);
  return { source: "easypost", from: plus(due, -dice.between((SILENT_AFTER_HOURS + 1) * HOUR, 20 * HOUR)), until: plus(due, dice.between(2 * HOUR, 12 * HOUR)) };
}

function troubles(dice: Dice, sometime: () => Instant): Trouble[] {
  const both = sometime();
  const long = dice.between(20 * MINUTE, 100 * MINUTE);
  const alone = sometime();
  const throttled = sometime();
  return [
    { provider: "first", kind: "down", from: both, until: plus(both, long) },
    { provider: "second", kind: "down", from: both, until: plus(both, long) },
    { provider: "first", kind: "down", from: alone, until: plus(alone, DAY) },
    { provider: "first", kind: "throttled", from: throttled, until: plus(throttled, 2 * DAY) },
    { provider: "second", kind: "throttled", from: throttled, until: plus(throttled, 40 * MINUTE) },
  ];
}

/** The ambushes that are laid; decides what the next step meets. */
export class Ambushes {
  readonly #dice: Dice;
  readonly #hit: (fault: Fault) => void;
  readonly #roleOf: (task: Task) => Ambush["role"] | undefined;
  #laid: Ambush[] = [];

  constructor(dice: Dice, hit: (fault: Fault) => void, roleOf: (task: Task) => Ambush["role"] | undefined) {
    this.#dice = dice;
    this.#hit = hit;
    this.#roleOf = roleOf;
  }

  lay(ambush: Ambush): void {
    this.#laid.push(ambush);
  }

  clear(): void {
    this.#laid = [];
  }

  readonly twist = (task: Task, label: string): Twist => {
    if (this.#laid.length === 0) return GO;
    const role = this.#roleOf(task);
    const found = this.#laid.find((ambush) => ambush.role === role && ambush.label.test(label));
    if (!found || !this.#dice.chance(1 / found.oneIn)) return GO;
    this.#laid.splice(this.#laid.indexOf(found), 1);
    if (found.fault !== "statement waited for a lock") this.#hit(found.fault);
    return found.stallFor === undefined ? { kind: "kill" } : { kind: "stall", ms: found.stallFor };
  };
}

const GO: Twist = { kind: "go" };

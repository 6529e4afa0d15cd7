import { HOUR, iso, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { Running } from "../product/product.ts";
import { isText } from "../world/carrier.ts";
import { isToStaff, type TakenMail } from "../world/post.ts";
import type { World } from "../world/world.ts";
import { CLOCK_TOLERANCE } from "./tolerance.ts";

/** What the sending of mail is judged by beside the mailboxes. */
export interface SendingTruth {
  /** The step in which the global stop was in force, while it is. */
  haltedSince?: number;
  /** The newest epoch and the step since when it is in force. */
  epoch: { readonly epoch: number; readonly since: number };
  readonly sendCap: number;
  readonly runningOf: (mail: TakenMail) => Running | undefined;
  /** When the last backup was brought back. */
  restoredAt?: Instant;
}

/** The product waits this long for word of a mail in doubt before it sends it once more (docs/ARCHITECTURE.md). */
const EVIDENCE_WINDOW = 30 * MINUTE;
/** A hard bounce must have ended mail to its address this long after it was acknowledged. */
const SUPPRESSED_WITHIN = 2 * HOUR;
/** Mails of one hour by the providers' clocks may have been claimed in two. */
const CAP_TOLERANCE = 2;

/** Judges each mail at the moment when a provider takes it: G3, G4 and G5. */
export class SendingJudge {
  readonly #world: World;
  readonly #truth: SendingTruth;
  readonly #byId = new Map<string, TakenMail[]>();
  readonly #recent: TakenMail[] = [];
  readonly #byAddress = new Map<string, TakenMail[]>();
  /** Worker outages end suppression's clock: nobody could read the report. */
  readonly #calmSince: () => Instant;

  constructor(world: World, truth: SendingTruth, calmSince: () => Instant) {
    this.#world = world;
    this.#truth = truth;
    this.#calmSince = calmSince;
  }

  judge(mail: TakenMail): void {
    if (isToStaff(mail)) return;
    this.#judgeRepeat(mail);
    this.#judgeGates(mail);
    this.#judgeCap(mail);
  }

  #judgeRepeat(mail: TakenMail): void {
    const before = this.#byId.get(mail.messageId) ?? [];
    this.#byId.set(mail.messageId, [...before, mail]);
    const [first] = before;
    if (first === undefined) return;
    const name = `${mail.messageId} to ${mail.to}`;
    if (before.length > 1) return this.#world.violate("G3", `${name} was accepted for the ${before.length + 1}th time`);
    const { restoredAt } = this.#truth;
    if (restoredAt !== undefined && first.at <= restoredAt && restoredAt <= mail.at) {
      // A machine whose clock was ahead by more than the gate allows for has sent what its successor holds to be caused later.
      if (first.at < plus(restoredAt, -CLOCK_TOLERANCE)) this.#world.violate("G3", `${name} was accepted before the backup was restored, and again after`);
      return;
    }
    if (!isInDoubt(first)) return this.#world.violate("G3", `${name} was accepted at ${iso(first.at)} and its sender knew, and again`);
    if (mail.at - first.at < EVIDENCE_WINDOW - CLOCK_TOLERANCE) this.#world.violate("G3", `${name} was sent again ${Math.round((mail.at - first.at) / MINUTE)} minutes after, inside of the evidence window`);
  }

  #judgeGates(mail: TakenMail): void {
    const { haltedSince, epoch } = this.#truth;
    if (haltedSince !== undefined && mail.task.lastStatement > haltedSince) this.#world.violate("G5", `${mail.messageId} left after all sending had been stopped`);
    const own = this.#truth.runningOf(mail)?.epoch ?? epoch.epoch;
    if (own < epoch.epoch && mail.task.lastStatement > epoch.since) this.#world.violate("G3", `${mail.messageId} left from a worker that a newer one had fenced off`);
    const before = this.#byAddress.get(mail.to) ?? [];
    this.#byAddress.set(mail.to, [...before, mail]);
    // When a report that the address is dead was acknowledged, and is not forgotten.
    const [dead] = before.flatMap((other) => (isText(other) && !other.isDead ? [] : (other.bounceHeardAt ?? []))).toSorted((a, b) => a - b);
    const since = dead === undefined ? undefined : Math.max(dead, this.#calmSince(), this.#truth.restoredAt ?? 0);
    if (since !== undefined && mail.at > since + SUPPRESSED_WITHIN) this.#world.violate("G4", `${mail.messageId} went to ${mail.to}, known to be dead since ${iso(dead as Instant)}`);
  }

  #judgeCap(mail: TakenMail): void {
    this.#recent.push(mail);
    while (this.#recent[0] && this.#recent[0].at < plus(mail.at, -HOUR)) this.#recent.shift();
    if (this.#recent.length > CAP_TOLERANCE * this.#truth.sendCap) this.#world.violate("G5", `${this.#recent.length} mails left within an hour; the cap is ${this.#truth.sendCap}`);
  }
}

/** Whether the product could not know that the mail was taken. */
function isInDoubt(first: TakenMail): boolean {
  const { machine, lastStatement } = first.task;
  if (!first.answered) return true;
  const wentOn = lastStatement > first.step;
  return !wentOn || !machine.alive || machine.frozenUntil > first.at;
}

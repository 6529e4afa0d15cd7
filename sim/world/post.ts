import { DAY, HOUR, MINUTE, plus, SECOND, type Instant } from "../../src/base/time.ts";
import type { Envelope, MailProvider, Outcome } from "../../src/outreach/index.ts";
import { deliveryReport } from "../../src/server/mail-sink/bounce.ts";
import type { Dice } from "../engine/random.ts";
import type { Task } from "../engine/schedule.ts";
import { mailboxKind } from "./people.ts";
import type { World } from "./world.ts";

/** A mail that a provider took: what lies in the simulator's own mailboxes. */
export interface TakenMail {
  readonly at: Instant;
  /** In which step. */
  readonly step: number;
  readonly provider: string;
  readonly isFinal: boolean;
  readonly to: string;
  readonly messageId: string;
  readonly content: Uint8Array;
  readonly task: Task;
  /** Whether the sender was told that it was taken; it may have died before it heard. */
  answered: boolean;
  /** When a report that it did not arrive was first brought. */
  bounceBroughtAt?: Instant;
  /** When the report that it bounced was acknowledged. */
  bounceHeardAt?: Instant;
  /** When the report that it arrived was first brought: it is kept before it is acknowledged. */
  arrivalBroughtAt?: Instant;
}

/** A message that no provider took. */
export interface UntakenMail {
  readonly at: Instant;
  readonly to: string;
  /** Of the order that it was about. */
  readonly reference: string;
}

/** A spell in which a provider does worse than its usual. */
export interface Trouble {
  readonly provider: string;
  readonly kind: "down" | "throttled";
  readonly from: Instant;
  readonly until: Instant;
}

/** Brings a returned mail to where the product takes it; `answered` is called when it was kept. */
export type Return = (report: Uint8Array, answered: (kept: boolean) => void) => void;

/** What hears of a report: each time that it is brought, and when it is acknowledged. */
interface Told {
  brought(): void;
  heard(): void;
}

/** Where staff read mail. */
const STAFF = "@hearth.example";

/** Two mail providers, the mailboxes behind them, and everything that goes wrong between. */
export class PostOffice {
  /** Every mail that was taken, oldest first. */
  readonly taken: TakenMail[] = [];
  /** What no provider will ever take. */
  readonly refused: UntakenMail[] = [];
  /** What was never answered, and nobody has. */
  readonly vanished: UntakenMail[] = [];
  /** Refused for now: its sender is to try again. */
  readonly putOff: UntakenMail[] = [];
  readonly #world: World;
  readonly #troubles: readonly Trouble[];
  readonly #dice: Dice;
  readonly #onTaken: (mail: TakenMail) => void;
  readonly #return: Return;

  constructor(world: World, troubles: readonly Trouble[], onTaken: (mail: TakenMail) => void, bring: Return) {
    this.#world = world;
    this.#troubles = troubles;
    this.#dice = world.dice.fork("post");
    this.#onTaken = onTaken;
    this.#return = bring;
  }

  /** A restored backup knows nothing of the reports that were acknowledged after it was taken. */
  forgetReports(since: Instant): void {
    for (const mail of this.taken) {
      if ((mail.bounceHeardAt ?? -Infinity) >= since) delete mail.bounceHeardAt;
      if ((mail.arrivalBroughtAt ?? -Infinity) >= since) delete mail.arrivalBroughtAt;
    }
  }

  provider(name: string, isFinal: boolean): MailProvider {
    return {
      send: async (batch) => {
        const outcomes: Outcome[] = [];
        for (const mail of batch) {
          await this.#world.schedule.point("mail");
          outcomes.push(await this.#carry(name, isFinal, mail));
        }
        return outcomes;
      },
      close: () => Promise.resolve(),
    };
  }

  async #carry(name: string, isFinal: boolean, mail: Envelope): Promise<Outcome> {
    const world = this.#world;
    const isCalm = world.schedule.now >= world.calmFrom;
    const trouble = this.#troubles.find((each) => each.provider === name && each.from <= world.schedule.now && world.schedule.now < each.until);
    if (trouble?.kind === "down") return this.#said("provider cannot be reached", { kind: "notSent", because: "cannot-connect", detail: "nobody is there" });
    if (trouble?.kind === "throttled") return this.#said("provider throttles", refusal(421, false, "provider", "4.7.0 too many mails"));
    const untaken: UntakenMail = { at: world.schedule.now, to: mail.to, reference: referenceIn(mail.content) };
    if (mailboxKind(mail.to) === "refuses") {
      this.refused.push(untaken);
      return this.#said("provider refuses the address", refusal(550, true, "address", "5.1.1 no such user"));
    }
    const roll = isCalm ? 1 : this.#dice.unit();
    if (roll < 0.05) {
      this.putOff.push(untaken);
      return this.#said("provider refuses for now", refusal(450, false, "address", "4.2.1 not now"));
    }
    if (roll < 0.08) {
      this.vanished.push(untaken);
      return this.#said("provider never answers and has nothing", NO_ANSWER);
    }
    const taken = this.#take(name, isFinal, mail);
    // The provider has it; the sender may die before it hears.
    await world.schedule.point("mail taken");
    if (roll < 0.12) return this.#said("provider takes and never answers", NO_ANSWER);
    taken.answered = true;
    return { kind: "accepted", response: "250 2.0.0 taken" };
  }

  #said(fault: Parameters<World["hit"]>[0], outcome: Outcome): Outcome {
    this.#world.hit(fault);
    return outcome;
  }

  #take(provider: string, isFinal: boolean, mail: Envelope): TakenMail {
    const { schedule } = this.#world;
    const messageId = messageIdOf(mail);
    const taken: TakenMail = { at: schedule.now, step: schedule.steps, provider, isFinal, to: mail.to, messageId, content: mail.content, task: schedule.here(), answered: false };
    this.taken.push(taken);
    if (!mail.to.endsWith(STAFF)) this.#planReports(taken, mail);
    this.#onTaken(taken);
    return taken;
  }

  #planReports(taken: TakenMail, mail: Envelope): void {
    const dice = this.#dice;
    const send = (status: string, says: string, after: number, told: Partial<Told>): void => {
      const report = deliveryReport({ from: mail.from, to: [mail.to] }, mail.to, mail.content, status, says);
      this.#world.agenda.at(plus(taken.at, after), () => this.#bring(report, told));
    };
    if (mailboxKind(mail.to) === "bounces") {
      this.#world.hit("provider takes, bounces later");
      const after = dice.chance(0.5) ? dice.between(10 * SECOND, HOUR) : dice.between(HOUR, 2 * DAY);
      const heard = (): void => sentSince(taken, this.taken).forEach((mail) => void (mail.bounceHeardAt ??= this.#world.schedule.now));
      const brought = (): void => sentSince(taken, this.taken).forEach((mail) => void (mail.bounceBroughtAt ??= this.#world.schedule.now));
      send("5.1.1", "no such user", after, { brought, heard });
      if (dice.chance(0.2)) {
        this.#world.hit("bounce arrives twice");
        send("5.1.1", "no such user here", after + dice.between(0, DAY), { heard });
      }
    } else if (dice.chance(0.1)) send("2.1.5", "delivered", dice.between(SECOND, HOUR), { brought: () => void (taken.arrivalBroughtAt ??= this.#world.schedule.now) });
    else if (dice.chance(0.05)) send("4.4.1", "connection timed out", dice.between(HOUR, 5 * HOUR), {});
  }

  #bring(report: Uint8Array, told: Partial<Told>): void {
    const { agenda, schedule } = this.#world;
    let kept = false;
    told.brought?.();
    this.#return(report, (answer) => {
      kept = answer;
      if (answer) told.heard?.();
    });
    agenda.at(plus(schedule.now, 5 * MINUTE), () => {
      if (!kept) this.#bring(report, told);
    });
  }
}

/**
 * What the report of a dead address says of: each copy of the message that it names, for a dead address has had none of them,
 * and what went there since, but where there is proof that it arrived.
 */
export function sentSince<Taken extends TakenMail>(dead: Taken, all: readonly Taken[]): readonly Taken[] {
  const isProven = ({ isFinal, answered, arrivalBroughtAt }: Taken): boolean => (isFinal && answered) || arrivalBroughtAt !== undefined;
  return all.filter((each) => each.messageId === dead.messageId || (each.to === dead.to && each.at >= dead.at && !isProven(each)));
}

/** The order that words are about. */
export function referenceIn(content: Uint8Array): string {
  return /#\d{4}\b/.exec(Buffer.from(content).toString("latin1"))?.[0] ?? "";
}

function messageIdOf({ content }: Envelope): string {
  return /^Message-ID: <(.+)>\r$/im.exec(Buffer.from(content).toString("latin1"))?.[1] ?? "";
}

const NO_ANSWER: Outcome = { kind: "unknown", because: "timeout", detail: "no answer" };

function refusal(code: number, permanent: boolean, scope: "address" | "provider", words: string): Outcome {
  return { kind: "refused", permanent, scope, code, response: `${code} ${words}` };
}

export function isToStaff(mail: TakenMail): boolean {
  return mail.to.endsWith(STAFF);
}

/** A mail that calls a person. Others to staff report and ask for nothing. */
export function isPage(mail: TakenMail): boolean {
  return isToStaff(mail) && mail.messageId.startsWith("page-");
}

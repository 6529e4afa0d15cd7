import { iso, MINUTE, plus, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Task } from "../engine/schedule.ts";
import type { TakenText } from "../world/carrier.ts";
import type { ToldWish } from "../world/word-of-mouth.ts";
import type { World } from "../world/world.ts";
import { isOpen, type Reader } from "./text-hours.ts";

/** A machine's clock is off by no more than this. */
const SKEW: Milliseconds = 11 * MINUTE;
/** How the first text to a number says that texts can be ended. */
const SAYS_STOP = /\bSTOP\b/;

/** When and in which step a sender began the claim that it works on, and when it last did anything before it handed its texts over. */
interface Claim {
  readonly began: number;
  decidedAt: Instant;
}

/** To whom a text about something may go. */
export interface Addressee {
  readonly phone: string | undefined;
  /** Where they may be held to live: a basket may say something else than the order that it became. */
  readonly readers: readonly Reader[];
}

/** Judges each text at the moment when a carrier takes it: G4. */
export class TextJudge {
  readonly #world: World;
  readonly #addresseeOf: (text: TakenText) => Addressee | undefined;
  readonly #told: readonly ToldWish[];
  readonly #claims = new Map<Task, Claim>();
  readonly #written = new Set<string>();

  constructor(world: World, addresseeOf: (text: TakenText) => Addressee | undefined, told: readonly ToldWish[]) {
    this.#world = world;
    this.#addresseeOf = addresseeOf;
    this.#told = told;
  }

  /** Notes what the senders of texts are about to do. */
  onStep(task: Task, label: string): void {
    const { now, steps } = this.#world.schedule;
    const known = this.#claims.get(task);
    if (label === "begin") this.#claims.set(task, { began: steps, decidedAt: now });
    else if (known !== undefined && !label.startsWith("text")) known.decidedAt = now;
  }

  judge(text: TakenText): void {
    const words = Buffer.from(text.content).toString("utf8");
    const name = `the text "${words.slice(0, 60)}" to ${text.to}`;
    const addressee = this.#addresseeOf(text);
    if (addressee?.phone !== text.to) return this.#world.violate("G2", `${name} went to a number that is not the one of its order or basket`);
    const claim = this.#claims.get(text.task);
    if (claim === undefined) return this.#world.violate("G4", `${name} left without a claim`);
    const why = whyNot(text.to, this.#told, claim.began, text.step);
    if (why !== undefined) this.#world.violate("G4", `${name} of ${iso(text.at)} left ${why}`);
    const mayArrive = (reader: Reader): boolean => [-SKEW, 0, SKEW].some((off) => isOpen(plus(claim.decidedAt, off), reader, this.#world.era.place));
    if (!addressee.readers.some(mayArrive)) this.#world.violate("G4", `${name} left at ${iso(claim.decidedAt)}, when none may be sent to ${addressee.readers.map(({ country, address }) => `${country ?? "nobody knows where"} ${address?.province_code ?? ""}`).join(" or ")}`);
    if (!this.#written.has(text.to) && !SAYS_STOP.test(words)) this.#world.violate("G4", `${name} is the first to the number and does not say how to end them`);
    this.#written.add(text.to);
  }
}

/**
 * Why no text may go to a number, by the words of its people alone: a sender must know what was acknowledged before its
 * claim began, and may know what was brought by now. Of consents the latest word counts, of texts the last.
 */
function whyNot(number: string, all: readonly ToldWish[], claimed: number, now: number): string | undefined {
  const own = all.filter(({ wish }) => wish.number === number);
  const mustBeKnown = ({ acknowledgedIn }: ToldWish): boolean => acknowledgedIn !== undefined && acknowledgedIn < claimed;
  const mayBeKnown = ({ broughtIn }: ToldWish): boolean => broughtIn !== undefined && broughtIn <= now;
  const isConsent = (given: boolean) => ({ wish: { says } }: ToldWish): boolean => says.kind === "consent" && says.given === given;
  const isText = (means: string) => ({ wish: { says } }: ToldWish): boolean => says.kind === "reply" && says.means === means;
  const given = own.filter(isConsent(true)).filter(mayBeKnown);
  if (given.length === 0) return "without any consent";
  const takenBack = own.filter(isConsent(false)).filter(mustBeKnown);
  if (given.every((yes) => takenBack.some((no) => no.wish.at >= yes.wish.at))) return "after the consent was taken back";
  const stops = own.filter(isText("stop")).filter(mustBeKnown);
  const starts = own.filter(isText("start")).filter(mayBeKnown);
  const isLifted = (stop: ToldWish): boolean => starts.some((start) => (start.broughtIn ?? 0) > (stop.broughtIn ?? 0));
  return stops.every(isLifted) ? undefined : "after STOP was acknowledged";
}

/** Whether a number's people have agreed to texts since before `since`, and nobody has said anything else. */
export function isSteady(number: string, all: readonly ToldWish[], since: Instant): boolean {
  const own = all.filter(({ wish }) => wish.number === number);
  const brought = own.filter(({ broughtIn }) => broughtIn !== undefined);
  const says = (meant: (told: ToldWish) => boolean): boolean => brought.some(meant);
  const isAgainst = ({ wish: { says: word } }: ToldWish): boolean => (word.kind === "consent" && !word.given) || (word.kind === "reply" && word.means === "stop");
  const isFor = ({ wish: { says: word }, acknowledgedAt }: ToldWish): boolean => word.kind === "consent" && word.given && acknowledgedAt !== undefined && acknowledgedAt < since;
  return says(isFor) && !says(isAgainst);
}

import { DAY, HOUR, iso, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { inboundForm, type SignedForm } from "./carrier-format.ts";
import type { TextCarriers } from "./carrier.ts";
import type { Wish } from "./wishes.ts";
import type { World } from "./world.ts";

/** A wish as it was told: judges know by this who could know of it, and since when. */
export interface ToldWish {
  readonly wish: Wish;
  /** In which step it was first brought; its effect may have come then. */
  broughtIn?: number;
  /** In which step it was first acknowledged; its effect has come then. */
  acknowledgedIn?: number;
  acknowledgedAt?: Instant;
  /** What the store answered to a text. */
  answer?: string;
}

/** Brings what people say to the product's web process. */
export interface Ears {
  form(form: SignedForm, answered: (kept: boolean, answer: string) => void): void;
  consents(body: string, answered: (kept: boolean) => void): void;
}

/** Who hears nothing says it again. */
const AGAIN_AFTER = 7 * MINUTE;
const TRIES = 200;

/** What people wish about texts, on its way to the product. */
export class WordOfMouth {
  readonly told: readonly ToldWish[];
  readonly #world: World;
  readonly #ears: Ears;
  readonly #carriers: TextCarriers;
  readonly #dice: Dice;

  constructor(world: World, wishes: readonly Wish[], carriers: TextCarriers, ears: Ears) {
    this.#world = world;
    this.#ears = ears;
    this.#carriers = carriers;
    this.#dice = world.dice.fork("word of mouth");
    this.told = wishes.map((wish) => ({ wish }));
    for (const told of this.told) this.#plan(told);
  }

  /** The shop says all consents again; of what people wrote nobody knows but the carrier. */
  onRestored(since: Instant): void {
    const { schedule } = this.#world;
    for (const told of this.told) {
      if (told.acknowledgedAt === undefined || told.acknowledgedAt < since) continue;
      delete told.acknowledgedIn;
      delete told.acknowledgedAt;
      if (told.wish.says.kind === "consent") this.#world.agenda.at(plus(schedule.now, MINUTE), () => this.#tell(told, TRIES));
    }
  }

  #plan(told: ToldWish): void {
    const { agenda } = this.#world;
    const { at, says } = told.wish;
    const isLate = says.kind === "consent" && this.#dice.chance(0.1);
    if (isLate) this.#world.hit("consent told late");
    agenda.at(isLate ? plus(at, this.#dice.between(HOUR, 8 * HOUR)) : at, () => {
      if (says.kind === "consent" && !says.given) this.#world.hit("consent taken back");
      if (says.kind === "reply" && says.means === "stop") this.#world.hit("person says STOP");
      if (says.kind === "reply" && says.means === "start") this.#world.hit("person says START");
      this.#tell(told, TRIES);
    });
    if (says.kind === "reply" && this.#dice.chance(0.2)) agenda.at(plus(at, this.#dice.between(0, DAY)), () => {
      this.#world.hit("reply told twice");
      // Its repetition says nothing new, whatever was said in between.
      this.#tell(told, 1);
    });
  }

  #tell(told: ToldWish, tries: number): void {
    const { agenda, schedule } = this.#world;
    const { number, says, at } = told.wish;
    told.broughtIn ??= schedule.steps;
    let isHeard = false;
    const heard = (): void => {
      isHeard = true;
      told.acknowledgedIn ??= schedule.steps;
      told.acknowledgedAt ??= schedule.now;
    };
    if (says.kind === "consent") {
      const consent = { address: number, given: says.given, at: iso(at), wording: "Text me about my orders", source: "checkout" };
      this.#ears.consents(JSON.stringify({ consents: [consent] }), (kept) => kept && heard());
    } else {
      if (says.isHonoured && says.means === "stop") this.#carriers.blocked.add(number);
      if (says.isHonoured && says.means === "start") this.#carriers.blocked.delete(number);
      const form = inboundForm(`${number} ${at} ${says.words}`, number, says.words, says.isHonoured ? says.means.toUpperCase() : undefined);
      this.#ears.form(form, (kept, answer) => {
        if (!kept) return;
        told.answer ??= answer;
        heard();
      });
    }
    agenda.at(plus(schedule.now, AGAIN_AFTER), () => {
      if (!isHeard && tries > 1) this.#tell(told, tries - 1);
    });
  }
}

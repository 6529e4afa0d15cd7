import type { Instant } from "../../src/base/time.ts";
import type { BasketFact } from "./baskets.ts";
import type { Fact, SimOrder } from "./orders.ts";

/** What a source has told, as the vendor sees it. */
export interface Telling<F extends Fact | BasketFact = Fact> {
  readonly fact: F;
  /** When a delivery of it was first acknowledged. */
  ackedAt?: Instant;
  /** The body that was acknowledged then. */
  ackedBody?: string;
  /** When the API first gave it out. */
  offeredAt?: Instant;
  /** Each time that a delivery of it was acknowledged or the API gave it out. */
  readonly heard: Instant[];
}

const NONE: readonly Telling[] = [];

/** Everything that is told of orders, as it came to be. */
export class Tellings {
  readonly #all: Telling[] = [];
  readonly #byOrder = new Map<SimOrder, Telling[]>();

  get all(): readonly Telling[] {
    return this.#all;
  }

  add(telling: Telling): void {
    this.#all.push(telling);
    const own = this.#byOrder.get(telling.fact.order);
    if (own === undefined) this.#byOrder.set(telling.fact.order, [telling]);
    else own.push(telling);
  }

  of(order: SimOrder): readonly Telling[] {
    return this.#byOrder.get(order) ?? NONE;
  }
}

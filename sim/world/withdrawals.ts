import { withdrawalEvent } from "../../sample/desk.ts";
import type { SampleRefund, VendorDelivery } from "../../sample/model.ts";
import { uuidOf } from "../../src/base/ids.ts";
import { DAY, HOUR, instant, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import { moneyClocks } from "../oracle/law.ts";
import { SECRETS, type SimOrder } from "./orders.ts";
import type { Script } from "./script.ts";
import { toSecond } from "./seconds.ts";
import type { Vendors } from "./vendors.ts";
import type { WithdrawalStory } from "./withdrawal-stories.ts";
import type { World } from "./world.ts";

/** A declaration that was sent, as the store can know of it. */
export interface Declaration {
  readonly by: "page" | "desk";
  /** When it was made; of one on the page that nobody confirmed, when it was sent at the earliest. */
  at: Instant;
  /** When it was confirmed, or the desk's word of it acknowledged. */
  heardAt?: Instant;
}

/** What a page said to who declared: that it was heard, that it takes no declaration, or that it opens no order. */
export type PageSays = "heard" | "takes none" | "is gone";

/** The ways to the product: the order's page, where `shown` hears of what is being sent, and the help desk's webhook. */
export interface Mailroom {
  declare(orderId: string, shown: (sent: Declaration) => void, answered: (says: PageSays) => void): void;
  tell(delivery: VendorDelivery<"desk">, answered: (acknowledged: boolean) => void): void;
}

/** Who sees an error page, or none, tries again this soon, and so often; a help desk until it is heard. */
const TRIES_AGAIN: Milliseconds = 10 * MINUTE;
const MOST_TRIES = 40;
const DESK_TRIES = 200;
/** Where the law lets who bought at a distance withdraw. */
const LETS_WITHDRAW: ReadonlySet<string> = new Set(["BE", "DE", "FR", "GB"]);

export interface WithdrawalsWish {
  readonly world: World;
  readonly orders: readonly SimOrder[];
  readonly vendors: Vendors;
  readonly mailroom: Mailroom;
  readonly backup?: Script["backup"];
}

/** Customers withdraw from the contracts of their orders, and the shop's people follow. */
export class Withdrawals {
  readonly #wish: WithdrawalsWish;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #sent = new Map<SimOrder, Declaration[]>();
  readonly #refused = new Map<SimOrder, Instant[]>();

  constructor(wish: WithdrawalsWish) {
    this.#wish = wish;
    this.#world = wish.world;
    this.#dice = wish.world.dice.fork("withdrawals");
    for (const order of wish.orders) if (order.withdrawal !== undefined) this.#plan(order, order.withdrawal);
    const { backup } = wish;
    if (backup) wish.world.agenda.at(plus(backup.restoredAt, MINUTE), () => this.#forget(backup));
  }

  /** Every declaration of an order that was sent, whatever came of it, oldest first. */
  of(order: SimOrder): readonly Declaration[] {
    return this.#sent.get(order) ?? [];
  }

  /** When the order's page took no declaration, and none had been sent before. */
  refused(order: SimOrder): readonly Instant[] {
    return this.#refused.get(order) ?? [];
  }

  #plan(order: SimOrder, { at, by, againAfter }: WithdrawalStory): void {
    const { agenda } = this.#world;
    this.#sent.set(order, []);
    agenda.at(at, () => {
      if (by === "page") this.#declareOnPage(order, MOST_TRIES);
      else this.#write(order, by.toldAfter);
    });
    if (againAfter !== undefined) agenda.at(plus(at, againAfter), () => {
      if (order.truth.withdrawnAt !== undefined) this.#write(order, this.#dice.between(MINUTE, HOUR));
    });
  }

  #declareOnPage(order: SimOrder, tries: number): void {
    const { agenda, schedule } = this.#world;
    if (tries === 0) return;
    let isDone = false;
    const own = this.#sent.get(order) ?? [];
    this.#wish.mailroom.declare(order.orderId, (sent) => void own.push(sent), (says) => {
      // The shop has not told of the order yet.
      if (says === "is gone") return;
      isDone = true;
      // The page takes no more: what was sent before has been heard, or its time is over.
      const heard = says === "heard" ? own.at(-1) : own[0];
      if (heard === undefined) return void this.#refused.set(order, [...this.refused(order), schedule.now]);
      heard.heardAt = schedule.now;
      this.#withdraw(order, heard.at);
    });
    agenda.at(plus(schedule.now, TRIES_AGAIN), () => {
      if (!isDone) this.#declareOnPage(order, tries - 1);
    });
  }

  /** A letter or a mail: the desk reads it later, and tells of it until it is heard, some of it twice. */
  #write(order: SimOrder, toldAfter: Milliseconds): void {
    const { agenda, schedule } = this.#world;
    const sent: Declaration = { by: "desk", at: toSecond(schedule.now) };
    this.#sent.get(order)?.push(sent);
    this.#withdraw(order, sent.at);
    agenda.at(plus(schedule.now, toldAfter), () => this.#tell(order, sent, DESK_TRIES));
    if (this.#dice.chance(0.15)) agenda.at(plus(schedule.now, toldAfter + this.#dice.between(0, DAY)), () => {
      this.#world.hit("webhook doubled");
      this.#tell(order, sent, 1);
    });
  }

  #tell(order: SimOrder, sent: Declaration, tries: number): void {
    const { agenda, schedule, seed } = this.#world;
    let isHeard = false;
    const { mailroom } = this.#wish;
    mailroom.tell(withdrawalEvent(order.bookAt(schedule.now), sent.at, SECRETS.desk, uuidOf(seed, order.id, `withdrawal ${sent.at}`)), (acknowledged) => {
      isHeard = acknowledged;
      if (acknowledged) sent.heardAt ??= schedule.now;
    });
    agenda.at(plus(schedule.now, TRIES_AGAIN), () => {
      if (!isHeard && tries > 1) this.#tell(order, sent, tries - 1);
    });
  }

  /** From its first declaration on an order's money is owed, where the law lets its customer withdraw. */
  #withdraw(order: SimOrder, at: Instant): void {
    const { withdrawal, person, truth } = order;
    if (withdrawal === undefined || truth.withdrawnAt !== undefined || !LETS_WITHDRAW.has(person.customer.country)) return;
    order.amend.settle({ withdrawnAt: at, owedFrom: at });
    const { agenda } = this.#world;
    const cancelsAfter = { cancels: this.#dice.between(2 * HOUR, 20 * HOUR), dawdles: this.#dice.between(60 * HOUR, 80 * HOUR), forgets: undefined }[withdrawal.shop];
    if (cancelsAfter !== undefined) agenda.at(plus(at, cancelsAfter), () => this.#cancelInShop(order));
    const paysAt = this.#paysAt(order, at, withdrawal.pays);
    if (paysAt !== undefined) agenda.at(paysAt, () => this.#refund(order));
  }

  #paysAt({ person, place }: SimOrder, at: Instant, pays: WithdrawalStory["pays"]): Instant | undefined {
    const dice = this.#dice;
    switch (pays) {
      case "soon":
        return plus(at, dice.between(HOUR, 2 * DAY));
      case "within days":
        return plus(at, dice.between(2 * DAY, 10 * DAY));
      case "narrowly": {
        const { due } = dice.pick(moneyClocks("withdrawn", at, person.customer.country, place));
        return plus(due, dice.chance(0.5) ? -dice.between(2 * HOUR, 5 * HOUR) : dice.between(2 * SECOND, 3 * HOUR));
      }
      case "late":
        return plus(at, dice.between(15 * DAY, 17 * DAY));
      case "never":
        return undefined;
    }
  }

  #cancelInShop(order: SimOrder): void {
    const at = toSecond(this.#world.schedule.now);
    order.amend.settle({ cancelledAt: at, reason: "customer" });
    this.#wish.vendors.tell(order.amend.change(at, { cancelled: { at, reason: "customer" } }));
  }

  #refund(order: SimOrder): void {
    const { agenda, schedule } = this.#world;
    const { vendors } = this.#wish;
    const requestedAt = toSecond(schedule.now);
    const refund: SampleRefund = { id: `5${order.id.slice(1)}`, requestedAt, amount: order.total, shop: "pending", processor: { status: "pending", at: requestedAt } };
    vendors.tell(order.amend.change(requestedAt, { refunds: [refund] }));
    agenda.at(plus(requestedAt, this.#dice.between(MINUTE, HOUR)), () => {
      const paidAt = toSecond(schedule.now);
      order.amend.settle({ paidAt });
      vendors.tell(order.amend.change(paidAt, { refunds: [{ ...refund, shop: "success", processor: { status: "succeeded", at: paidAt } }] }));
    });
  }

  /** What was heard in the hours that a restored backup has lost the desk tells again; what a page heard nobody does. */
  #forget({ takenAt, restoredAt }: NonNullable<Script["backup"]>): void {
    for (const [order, declarations] of this.#sent) {
      for (const sent of declarations) {
        const isLost = (sent.heardAt ?? sent.at) >= takenAt && sent.at <= restoredAt;
        if (!isLost) continue;
        if (sent.by === "page") order.amend.settle({ isDoubtful: true });
        else if (sent.heardAt !== undefined && sent.heardAt <= restoredAt) {
          delete sent.heardAt;
          this.#world.agenda.at(instant(this.#world.schedule.now), () => this.#tell(order, sent, DESK_TRIES));
        }
      }
    }
  }
}

import { DAY, HOUR, instant, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import type { SampleRefund } from "../../sample/model.ts";
import type { Dice } from "../engine/random.ts";
import { type Choice, type GoodsStory, type ToldDate } from "./goods-stories.ts";
import { orderDigits, type SimOrder } from "./orders.ts";
import { plainParcel } from "./parcels.ts";
import type { Script } from "./script.ts";
import { toSecond } from "./seconds.ts";
import type { Vendors } from "./vendors.ts";
import type { World } from "./world.ts";

/** What a customer sent from the order's page. */
export interface SentAnswer {
  readonly choice: Choice;
  readonly terms: string;
  readonly at: Instant;
}

/** One of which the page said that it was heard. */
export interface HeardAnswer extends SentAnswer {
  readonly heardAt: Instant;
}

/** What has become of an order's goods so far. */
export interface GoodsTruth {
  readonly answers: HeardAnswer[];
  /** Each that was sent, whatever came of it. */
  readonly sent: SentAnswer[];
  readonly told: ToldDate[];
  leftAt?: Instant;
  /** Called off by its customer, or by the law. */
  calledOff?: { readonly at: Instant; readonly by: "customer" | "law" };
  /** What the customer was shown and sent, and never heard back about. */
  pending?: SentAnswer;
  /** Whether what is owed hangs on what nobody can know: on a day that may not have been heard, or on what a restored backup has forgotten. */
  isDoubtful: boolean;
}

/** Opens an order's page and sends the form: `shown` hears what was sent, `answered` what the page said then. */
export type Ask = (orderId: string, choice: Choice, shown: (sent: SentAnswer) => void, answered: (kept: boolean) => void) => void;

/** Who sees an error page, or none, tries again this soon, and so often. */
const TRIES_AGAIN = 10 * MINUTE;
const MOST_TRIES = 40;
/** Silence agrees to no longer delay (16 CFR 435.2(b)(1)(ii)), and to no date that the first notice cannot name. */
const LONGEST_DELAY = 30 * DAY;
const FIRST_NOTICE_LEAD = DAY;
/** Clocks of machines are apart by so much, and what was heard is read by then. */
const READ_WITHIN = 2 * HOUR;

export interface LateGoodsWish {
  readonly world: World;
  readonly orders: readonly SimOrder[];
  readonly vendors: Vendors;
  readonly ask: Ask;
  readonly golive: Instant;
  readonly backup?: Script["backup"];
}

/** What happens to goods that are late: days are told, customers answer, the law calls off, the shop's people follow. */
export class LateGoods {
  readonly #wish: LateGoodsWish;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #truths = new Map<SimOrder, GoodsTruth>();

  constructor(wish: LateGoodsWish) {
    this.#wish = wish;
    this.#world = wish.world;
    this.#dice = wish.world.dice.fork("late goods");
    for (const order of wish.orders) if (order.goods !== undefined) this.#plan(order, order.goods);
    const { backup } = wish;
    if (backup) wish.world.agenda.at(plus(backup.restoredAt, MINUTE), () => this.#forget(backup));
  }

  /** Undefined for an order whose goods have no story. */
  of(order: SimOrder): GoodsTruth | undefined {
    return this.#truths.get(order);
  }

  #plan(order: SimOrder, story: GoodsStory): void {
    const { agenda } = this.#world;
    const truth: GoodsTruth = { answers: [], sent: [], told: [], isDoubtful: false };
    this.#truths.set(order, truth);
    for (const date of [...(story.stated ? [story.stated] : []), ...story.revised]) {
      agenda.at(date.at, () => this.#tell(order, truth, date));
      agenda.at(date.by, () => this.#callOffByLaw(order, truth, date.by));
    }
    if (story.leavesAt !== undefined) agenda.at(story.leavesAt, () => this.#leave(order, truth));
    for (const { at, choice } of story.answers) agenda.at(at, () => this.#answer(order, truth, choice, MOST_TRIES));
  }

  #tell(order: SimOrder, truth: GoodsTruth, date: ToldDate): void {
    if (isOver(truth)) return;
    truth.told.push(date);
    this.#wish.vendors.tell(order.amend.date(date));
  }

  #leave(order: SimOrder, truth: GoodsTruth): void {
    const { now } = this.#world.schedule;
    // Whoever has sent a cancellation and heard nothing back may have been heard.
    if (isOver(truth) || truth.pending?.choice === "cancel") return;
    truth.leftAt = toSecond(now);
    this.#wish.vendors.tell(order.amend.ship(plainParcel(orderDigits(order.index), truth.leftAt)));
  }

  #answer(order: SimOrder, truth: GoodsTruth, choice: Choice, tries: number): void {
    const { agenda, schedule } = this.#world;
    if (tries === 0 || isOver(truth)) return;
    let isDone = false;
    const shown = (sent: SentAnswer): void => {
      truth.sent.push(sent);
      truth.pending ??= sent;
    };
    this.#wish.ask(order.orderId, choice, shown, (isKept) => {
      isDone = true;
      const pending = isKept ? truth.sent.at(-1) : truth.pending;
      delete truth.pending;
      // The page takes no more answers: the one that was sent before has been heard.
      const wasKept = isKept || (pending !== undefined && pending.choice === "cancel" && !isOver(truth));
      if (pending !== undefined && wasKept) this.#heard(order, truth, { ...pending, heardAt: schedule.now });
    });
    agenda.at(plus(schedule.now, TRIES_AGAIN), () => {
      if (!isDone) this.#answer(order, truth, choice, tries - 1);
    });
  }

  #heard(order: SimOrder, truth: GoodsTruth, answer: HeardAnswer): void {
    truth.answers.push(answer);
    if (answer.choice === "cancel") this.#callOff(order, truth, { at: answer.at, by: "customer" });
  }

  /**
   * When silence cancels. 16 CFR 435.2(c): who has not answered, or agreed to wait until then, has not agreed to wait any longer. Nobody was asked
   * where the store was not live on the day by which the order was to leave.
   */
  silenceCancelsAt(order: SimOrder): Instant | undefined {
    const truth = this.#truths.get(order);
    const stated = truth?.told[0];
    if (truth === undefined || stated === undefined || order.person.customer.country !== "US" || stated !== order.goods?.stated || isOver(truth)) return undefined;
    return stated.by < plus(this.#wish.golive, -READ_WITHIN) ? undefined : endOfConsent(truth);
  }

  #callOffByLaw(order: SimOrder, truth: GoodsTruth, at: Instant): void {
    const { vendors, golive, backup } = this.#wish;
    const [stated, first] = truth.told;
    if (stated === undefined || this.silenceCancelsAt(order) !== at) return;
    const known = vendors.works.known(order, plus(at, -READ_WITHIN), vendors.tellings, backup);
    const isSure = known.includes(stated) && (first === undefined || known.includes(first)) && truth.pending === undefined && stated.by > plus(golive, READ_WITHIN);
    if (isSure) this.#callOff(order, truth, { at, by: "law" });
    else this.#doubt(order, truth);
  }

  #callOff(order: SimOrder, truth: GoodsTruth, calledOff: NonNullable<GoodsTruth["calledOff"]>): void {
    truth.calledOff = calledOff;
    order.amend.settle({ owedFrom: calledOff.at, calledOffAt: calledOff.at });
    const { agenda, schedule } = this.#world;
    const shop = order.goods?.shop;
    if (shop === "forgets") return;
    const after = shop === "cancels" ? this.#dice.between(2 * HOUR, 20 * HOUR) : this.#dice.between(60 * HOUR, 80 * HOUR);
    agenda.at(plus(schedule.now, after), () => this.#cancelInShop(order));
  }

  /** A person of the store cancels what was called off, and gives the money back. */
  #cancelInShop(order: SimOrder): void {
    const { agenda } = this.#world;
    const { vendors } = this.#wish;
    const at = toSecond(this.#world.schedule.now);
    order.amend.settle({ cancelledAt: at, reason: "customer" });
    vendors.tell(order.amend.change(at, { cancelled: { at, reason: "customer" } }));
    agenda.at(plus(at, this.#dice.between(MINUTE, 3 * HOUR)), () => {
      const requestedAt = toSecond(this.#world.schedule.now);
      const refund: SampleRefund = { id: `5${order.id.slice(1)}`, requestedAt, amount: order.total, shop: "pending", processor: { status: "pending", at: requestedAt } };
      vendors.tell(order.amend.change(requestedAt, { refunds: [refund] }));
      agenda.at(plus(requestedAt, this.#dice.between(MINUTE, HOUR)), () => {
        const paidAt = toSecond(this.#world.schedule.now);
        order.amend.settle({ paidAt });
        vendors.tell(order.amend.change(paidAt, { refunds: [{ ...refund, shop: "success", processor: { status: "succeeded", at: paidAt } }] }));
      });
    });
  }

  /** What customers were told was heard, in the hours that a restored backup has lost, the store no longer knows. */
  #forget({ takenAt, restoredAt }: NonNullable<Script["backup"]>): void {
    for (const [order, truth] of this.#truths) {
      const isLost = truth.answers.some(({ at, heardAt }) => heardAt >= takenAt && at <= restoredAt) || (truth.pending !== undefined && truth.pending.at <= restoredAt);
      if (isLost) this.#doubt(order, truth);
    }
  }

  #doubt(order: SimOrder, truth: GoodsTruth): void {
    truth.isDoubtful = true;
    order.amend.settle({ isDoubtful: true });
  }
}

function isOver({ leftAt, calledOff, isDoubtful }: GoodsTruth): boolean {
  return leftAt !== undefined || calledOff !== undefined || isDoubtful;
}

/** When what was agreed to, expressly or by silence, is over; undefined for what outlasts every seed. */
function endOfConsent({ answers, told: [stated, first] }: GoodsTruth): Instant | undefined {
  if (stated === undefined) return undefined;
  const waits = answers.filter(({ choice }) => choice === "wait").map(({ terms }) => (terms === "unknown" ? Infinity : Date.parse(terms)));
  const isSilent = first !== undefined && first.at <= plus(stated.by, -FIRST_NOTICE_LEAD) && first.by - stated.by <= LONGEST_DELAY;
  const ends = [...waits, ...(isSilent ? [first.by] : [])];
  const end = Math.max(...ends, ...(waits.length > 0 ? [stated.by] : []));
  return Number.isFinite(end) ? instant(end) : undefined;
}

import type { StoreId } from "../../src/base/ids.ts";
import { HOUR, instant, iso, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import { tasksOpen } from "../../src/people/index.ts";
import { promisesOfOrders } from "../../src/promises/index.ts";
import type { TestDatabase } from "../../src/server/database/testing.ts";
import { LAG_AFTER_MINUTES, SILENT_AFTER_HOURS } from "../product/config.ts";
import type { Fleet } from "../product/fleet.ts";
import type { SimBasket } from "../world/baskets.ts";
import { isText, type TakenText, type TextCarriers } from "../world/carrier.ts";
import type { LateGoods } from "../world/goods.ts";
import type { SimOrder, Source } from "../world/orders.ts";
import { isToStaff, type PostOffice, type TakenMail } from "../world/post.ts";
import type { Script } from "../world/script.ts";
import { HELD_BEHIND, SOURCES, type Reading, type Vendors } from "../world/vendors.ts";
import type { Withdrawals } from "../world/withdrawals.ts";
import type { ToldWish } from "../world/word-of-mouth.ts";
import type { World } from "../world/world.ts";
import { partiesOfBaskets, readersOfBasket } from "./basket-reach.ts";
import { basketCauses, judgeBaskets, judgeEndOfBaskets, withoutBaskets, type BasketTruth } from "./baskets.ts";
import { readBasketMail, readBasketText, wrongOfBasket, type BasketMail } from "./basket-mails.ts";
import { isDoubtedSince, isUnsettled, judgeAsked, setsRight } from "./disagreements.ts";
import { judgeEffects, judgeKept } from "./effects.ts";
import { brokePolicy, failuresOf } from "./expected.ts";
import { isLost } from "./known.ts";
import { claims, judgeClaims, judgeClock, judgeDeadlines, judgeEnd, judgePeople } from "./ledger.ts";
import { mailKindOf, readMail, type MailKind, type ReadMail } from "./mails.ts";
import { judgeEndOfMoney, judgeMoneyClocks } from "./money-clocks.ts";
import { judgeAnswers, judgeLateCorrections, judgeLateness, wasForgottenWithItsDay } from "./goods.ts";
import { isOfGoods } from "./goods-words.ts";
import { judgeEndOfObstacles, judgeObstacles } from "./obstacles.ts";
import { isOfObstacles } from "./obstacle-words.ts";
import { isOfParcels } from "./parcel-words.ts";
import { judgeApologies, judgeEndOfParcels, judgeParcelCorrections, judgeResent, judgeScanClock, judgeUntold, parcelCauses } from "./parcels.ts";
import { judgeTextAnswers } from "./answers.ts";
import { hasFailed, judgeMovedOn, judgeProofs, judgeUnreachable, mayBeSaidAgain, partiesOfOrders } from "./reach.ts";
import { readText } from "./read-texts.ts";
import { SendingJudge, type SendingTruth } from "./sending.ts";
import { TextJudge, type Addressee } from "./texts.ts";
import { CLOCK_TOLERANCE } from "./tolerance.ts";
import { judgeDeclarations, judgeEndOfWithdrawals, judgeWithdrawals } from "./withdrawals.ts";
import { wrongWords } from "./words.ts";
import type { ParcelCause } from "./truth.ts";

export interface JudgesWish {
  readonly database: TestDatabase;
  readonly orders: readonly SimOrder[];
  readonly baskets: readonly SimBasket[];
  readonly vendors: Vendors;
  readonly post: PostOffice;
  readonly carriers: TextCarriers;
  readonly told: readonly ToldWish[];
  readonly goods: LateGoods;
  readonly withdrawals: Withdrawals;
  readonly script: Script;
  readonly sendCap: number;
}

/** What is said once of a thing: apologies, and that a withdrawal was received. */
const SAID_ONCE: ReadonlySet<MailKind> = new Set(["withdrawn", "cancelled", "refund late", "late", "late deemed", "late cancelled"]);

/** Everything that judges, with what it needs to know of the truth. */
export class Judges {
  readonly sending: SendingTruth;
  readonly texts: TextJudge;
  readonly #world: World;
  readonly #wish: JudgesWish;
  readonly #byReference: ReadonlyMap<string, SimOrder>;
  readonly #byId: ReadonlyMap<string, SimOrder>;
  readonly #basketByReference: ReadonlyMap<string, SimBasket>;
  readonly #mails: ReadMail[] = [];
  readonly #basketMails: BasketMail[] = [];
  readonly #readUpTo: Record<Source, Instant>;
  readonly #readAllSince: Record<Source, Instant>;
  #causes: ReadonlyMap<string, ParcelCause> = new Map();
  #baskets: ReadonlyMap<string, SimBasket> = new Map();
  #read = 0;
  #readTexts = 0;
  #fleet!: Fleet;
  #store!: StoreId;
  #onTaken!: SendingJudge;

  constructor(world: World, wish: JudgesWish) {
    this.#world = world;
    this.#wish = wish;
    this.#byReference = new Map(wish.orders.map((order) => [order.reference, order]));
    this.#byId = new Map(wish.orders.map((order) => [order.orderId, order]));
    this.#basketByReference = new Map(wish.baskets.flatMap((basket) => basket.references.map((reference) => [reference, basket] as const)));
    this.texts = new TextJudge(world, (text) => this.#addresseeOf(text), wish.told);
    const { now } = world.schedule;
    this.#readUpTo = { shopify: now, stripe: now, easypost: now };
    this.#readAllSince = { ...this.#readUpTo };
    this.sending = { epoch: { epoch: 1, since: 0 }, sendCap: wish.sendCap, runningOf: (mail) => this.#fleet.runningOf(mail.task.machine) };
  }

  begin(store: StoreId, fleet: Fleet): void {
    this.#store = store;
    this.#causes = new Map(this.#wish.orders.flatMap((order) => [...parcelCauses(store, order)]));
    this.#baskets = basketCauses(store, this.#wish.baskets);
    this.#fleet = fleet;
    this.#onTaken = new SendingJudge(this.#world, this.sending, () => fleet.quietSince());
  }

  onTaken(mail: TakenMail): void {
    this.#onTaken.judge(mail);
  }

  onText(text: TakenText): void {
    this.#onTaken.judge(text);
    this.texts.judge(text);
  }

  /** Notes up to when each source can have been thought read, at best: by what was acknowledged, or kept without it. */
  noteReading(gapAt: Instant | undefined): void {
    const { now } = this.#world.schedule;
    const { heard, carried } = this.#wish.vendors;
    for (const source of SOURCES) {
      const isPulledSince = gapAt === undefined || heard[source].pulled > plus(gapAt, CLOCK_TOLERANCE);
      if (!isPulledSince || mayBeBehind(heard[source], now) || mayBeBehind(carried[source], now)) this.#readAllSince[source] = now;
      this.#readUpTo[source] = instant(Math.max(this.#readUpTo[source], readingUpTo(heard[source], now), readingUpTo(carried[source], now)));
    }
  }

  /**
   * Whether a mailbox has this word, whatever its words were: what a person finds in the provider's log. A first word
   * is said once; another one counts when it left in the hours that a restored backup has lost, and is for those.
   */
  async wasTold({ orderId, channel, playbook, kind, causeAt }: { readonly orderId: string; readonly channel: string; readonly playbook: string; readonly kind: string; readonly causeAt: Instant }): Promise<boolean> {
    await this.#readMails();
    const { backup } = this.#wish.script;
    const failed = new Set([...this.#mails, ...this.#basketMails].flatMap(({ taken }) => (hasFailed(taken) ? taken.messageId : [])));
    // What failed on another channel is what this one is for, and a text of which a copy came back says nothing of the next.
    const counts = ({ taken }: { readonly taken: TakenMail }): boolean => (!failed.has(taken.messageId) || (!isText(taken) && channel !== "sms")) && (kind === "first" || (backup !== undefined && isLost(taken.at, backup) && causeAt <= backup.restoredAt));
    if (playbook === "payment-failed") return this.#basketMails.some((mail) => mail.basket === this.#basketOf(orderId) && mail.kind === (kind === "last" ? "update" : kind) && counts(mail));
    return this.#mails.some((mail) => mail.order.orderId === orderId && mail.kind === mailKindOf(kind, playbook) && counts(mail));
  }

  #addresseeOf(text: TakenText): Addressee | undefined {
    const read = readBasketText(text, this.#basketByReference) ?? readText(text, this.#byReference);
    if (typeof read === "string") return undefined;
    if ("order" in read) return { phone: read.order.person.customer.phone, readers: [read.order.person.customer] };
    return { phone: read.basket.person.customer.phone, readers: readersOfBasket(read.basket) };
  }

  #basketOf(orderId: string): SimBasket | undefined {
    return this.#wish.baskets.find(({ subject, order }) => subject === orderId || order?.orderId === orderId);
  }

  async check(quietSince: Instant): Promise<void> {
    await this.#readMails();
    const truth = this.#truth();
    const all = await claims(this.#wish.database.db, this.#store, this.#world.schedule.now);
    judgePeople(all, truth);
    judgeBaskets(all, truth, quietSince);
    const claimed = withoutBaskets(all, truth);
    judgeClaims(claimed, truth, quietSince);
    judgeDeadlines(claimed, truth, quietSince);
    judgeClock(claimed, truth, quietSince);
    judgeScanClock(claimed, truth, quietSince);
    judgeUntold(claimed, truth, quietSince);
    judgeApologies(claimed, truth);
    judgeAsked(await tasksOpen(this.#wish.database.db, this.#store), claimed, truth, quietSince);
    const promises = await this.#promises();
    judgeMoneyClocks(promises, truth, quietSince);
    judgeWithdrawals(claimed, promises, truth, quietSince);
    await judgeDeclarations(this.#wish.database.db, truth, quietSince);
    judgeLateness(claimed, truth, quietSince);
    judgeObstacles(claimed, truth, quietSince);
    await judgeAnswers(this.#wish.database.db, truth, quietSince);
    const parties = [...partiesOfOrders(claimed, truth), ...partiesOfBaskets(all, truth)];
    judgeUnreachable(parties, truth);
    await judgeMovedOn(this.#wish.database.db, parties, truth, quietSince);
    await judgeKept(this.#effects(quietSince));
    await judgeEffects(this.#effects(quietSince), false);
  }

  async end(quietSince: Instant): Promise<void> {
    await this.check(quietSince);
    const all = await claims(this.#wish.database.db, this.#store, this.#world.schedule.now);
    judgeEndOfBaskets(all, this.#truth());
    const claimed = withoutBaskets(all, this.#truth());
    judgeEnd(claimed, this.#truth());
    judgeEndOfParcels(claimed, this.#truth());
    judgeParcelCorrections(this.#truth());
    judgeResent(this.#truth());
    judgeEndOfWithdrawals(claimed, this.#truth());
    judgeEndOfMoney(await this.#promises(), this.#truth());
    judgeEndOfObstacles(claimed, await this.#promises(), this.#truth());
    judgeLateCorrections(this.#truth());
    await judgeProofs(this.#wish.database.db, this.#store, this.#truth());
    judgeTextAnswers(this.#truth());
    await judgeEffects(this.#effects(quietSince), true);
    this.#judgeCorrections();
  }

  /** Every promise of every order, as its page shows them. */
  #promises() {
    return this.#wish.database.db.transaction((tx) => promisesOfOrders(tx, this.#store, [...this.#byId.keys()]));
  }

  #effects(quietSince: Instant) {
    const { database, vendors, script } = this.#wish;
    const { restoredAt } = this.sending;
    return { db: database.db, store: this.#store, world: this.#world, orders: this.#byId, vendors, quietSince, ...(restoredAt !== undefined && { restoredAt }), ...(script.backup && { backup: script.backup }) };
  }

  #truth(): BasketTruth {
    const { post, carriers, told, vendors, goods, withdrawals, script } = this.#wish;
    return { world: this.#world, store: this.#store, orders: this.#byId, post, carriers, told, vendors, goods, withdrawals, mails: this.#mails, readUpTo: this.#readUpTo, readAllSince: this.#readAllSince, causes: this.#causes, baskets: this.#baskets, words: this.#basketMails, golive: script.golive, ...(script.backup && { backup: script.backup }) };
  }

  async #readMails(): Promise<void> {
    const { post, carriers } = this.#wish;
    const unread: TakenMail[] = [...post.taken.slice(this.#read), ...carriers.taken.slice(this.#readTexts)];
    this.#read = post.taken.length;
    this.#readTexts = carriers.taken.length;
    for (const mail of unread.sort((one, other) => one.step - other.step)) {
      if (isToStaff(mail)) continue;
      const ofBasket = isText(mail) ? readBasketText(mail, this.#basketByReference) : await readBasketMail(mail, this.#basketByReference);
      if (ofBasket !== undefined) {
        this.#judgeBasketMail(ofBasket);
        continue;
      }
      const read = isText(mail) ? readText(mail, this.#byReference) : await readMail(mail, this.#byReference);
      if (typeof read === "string") this.#world.violate("G2", read);
      else {
        this.#judgeMail(read);
        this.#mails.push(read);
      }
    }
  }

  #judgeBasketMail(mail: BasketMail | string): void {
    if (typeof mail === "string") return this.#world.violate("G2", mail);
    const { vendors, script } = this.#wish;
    const told = { vendors, ...(script.backup && { backup: script.backup }) };
    for (const wrong of wrongOfBasket(mail, this.#basketMails, told)) this.#world.violate("G2", `"${mail.subject}" of ${iso(mail.taken.at)}: ${wrong}`);
    this.#basketMails.push(mail);
  }

  #judgeMail(mail: ReadMail): void {
    const { order, taken, kind, subject } = mail;
    const name = `"${subject}" of ${iso(taken.at)}`;
    for (const wrong of wrongWords(mail, this.#truth())) this.#world.violate("G2", `${name}: ${wrong}`);
    const before = this.#mails.filter((other) => other.order === order && other.taken.messageId !== taken.messageId);
    const hasDied = (other: ReadMail): boolean => isBelievedDead(other.taken, taken.at, this.#wish);
    const isSaid = (same: MailKind): boolean => before.some((other) => other.kind === same && !mayBeSaidAgain(other.taken, taken) && !hasDied(other) && !wasForgottenWithItsDay(other, taken.at, this.#truth()));
    if (SAID_ONCE.has(kind) && isSaid(kind)) this.#world.violate("G2", `${name}: the same told as if for the first time, once more`);
    // No story of the simulator pays an order's money twice, though two cases may wait for it.
    if (kind === "refund sent" && isSaid(kind) && !isDoubtedSince(before)) this.#world.violate("G2", `${name}: the same refund told of twice`);
    // Texts have no dates: two that tell of different things may read the same.
    const same = isText(taken) ? undefined : before.findLast((other) => other.subject === subject && other.text === mail.text);
    // A day that was named and is lost as well is told in the words in which the one before it was; so is an address that is settled again, whatever became of the word between.
    const ofSame = kind === "late renewed" ? isOfGoods : kind === "address settled" ? isOfObstacles : undefined;
    const isSince = ({ at }: { readonly at: Instant }): boolean => same !== undefined && at > same.taken.at && at < taken.at;
    const isNewsAgain = ofSame !== undefined && (before.some((other) => ofSame(other.kind) && other.text !== mail.text && isSince(other.taken)) || this.#truth().post.vanished.some((each) => each.reference === order.reference && isSince(each)));
    if (same !== undefined && !isNewsAgain) this.#world.violate("G3", `${name}: the same words under another Message-ID`);
    const golive = plus(this.#wish.script.golive, -CLOCK_TOLERANCE);
    const isNews = failuresOf(order, plus(this.#world.schedule.now, CLOCK_TOLERANCE)).some((failure) => failure.at >= golive) || this.#wasBelieved(order);
    if (!isNews && !isOfParcels(kind) && !isOfGoods(kind) && !isOfObstacles(kind) && kind !== "withdrawn" && order.truth.isDoubtful !== true) this.#world.violate("G5", `${name}: of a failure before the store went live`);
  }

  /** A payment in time whose news came late may have been held to be missing. */
  #wasBelieved(order: SimOrder): boolean {
    return order.truth.owedFrom !== undefined && !brokePolicy(order);
  }

  /** Whoever was told in error has been told that it was one. */
  #judgeCorrections(): void {
    const settledBy = plus(this.#world.schedule.now, -24 * HOUR);
    for (const mail of this.#mails) {
      // Where nobody can know whether money is owed nobody can say that it was an error either, and what came back told nobody.
      if (mail.kind !== "refund late" || hasFailed(mail.taken) || brokePolicy(mail.order) || mail.order.truth.isDoubtful === true || mail.taken.at > settledBy) continue;
      if (!this.#mails.some((other) => other.order === mail.order && (other.kind === "corrected" || setsRight(other))) && !isUnsettled(mail.order, settledBy)) this.#world.violate("G2", `"${mail.subject}" was said in error at ${iso(mail.taken.at)} and never corrected`);
    }
  }
}

/**
 * Whether a word is held not to have arrived: one copy of it came back, and nobody can know that the other arrived; or a
 * mail to the same address had come back by then.
 */
function isBelievedDead({ messageId, to }: TakenMail, at: Instant, { post, carriers }: Pick<JudgesWish, "post" | "carriers">): boolean {
  const copies = [...post.taken, ...carriers.taken].filter((each) => each.messageId === messageId);
  return [...copies, ...post.taken.filter((each) => each.to === to)].some(({ bounceBroughtAt }) => (bounceBroughtAt ?? Infinity) < at);
}

/** Whether some machine, by its own clock, may hold that not everything of a source has been read. */
function mayBeBehind(reading: Reading, now: Instant): boolean {
  const { at, happened, pulled, spokeAgain } = reading;
  const lags = at - happened > (LAG_AFTER_MINUTES - 2) * MINUTE;
  const awaitsPull = (lags && pulled < plus(at, HELD_BEHIND)) || (spokeAgain !== undefined && pulled < plus(spokeAgain, HELD_BEHIND));
  return awaitsPull || readingUpTo(reading, plus(now, HELD_BEHIND)) < now;
}

/** Up to when a source with this reading counts as read: it must not be silent for long, nor speak of what is long past. */
function readingUpTo({ at, happened, pulled, pause }: Reading, now: Instant): Instant {
  const lastWord = Math.max(at, pulled);
  const silent = now - lastWord > SILENT_AFTER_HOURS * HOUR ? lastWord : now;
  const lags = at - happened > LAG_AFTER_MINUTES * MINUTE + CLOCK_TOLERANCE;
  const lagging = lags && Math.max(happened, pulled) < at ? Math.max(happened, pulled) : now;
  const resumed = pause !== undefined && pulled < pause.until ? Math.max(pause.from, pulled) : now;
  return instant(Math.min(silent, lagging, resumed));
}

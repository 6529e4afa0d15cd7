import type { Log } from "../src/base/ports.ts";
import { DAY, HOUR, instant, plus, SECOND, type Instant } from "../src/base/time.ts";
import { testDatabase, type TestDatabase } from "../src/server/database/testing.ts";
import { openConnections, type Connections } from "./engine/database.ts";
import { dice, type Dice } from "./engine/random.ts";
import { Schedule } from "./engine/schedule.ts";
import { standstillsOf, trueJourneys } from "./oracle/journeys.ts";
import { Judges } from "./oracle/judges.ts";
import { SEND_CAP } from "./product/config.ts";
import { dueNext } from "./product/due.ts";
import { Operators } from "./product/operators.ts";
import { setUp } from "./product/product.ts";
import { Fleet } from "./product/fleet.ts";
import { Agenda } from "./world/agenda.ts";
import { backups } from "./world/backup.ts";
import { baskets, LAST_BASKET, tillOf, type SimBasket } from "./world/baskets.ts";
import { carrierTroubles, TextCarriers } from "./world/carrier.ts";
import { contradicted } from "./world/disagreements.ts";
import { eraOf, type Era } from "./world/eras.ts";
import type { Fate } from "./world/fates.ts";
import { noFaults, type Fault, type FaultCounts } from "./world/faults.ts";
import { fate, orderDigits, simOrder, stockOut, type OrderWish, type SimOrder } from "./world/orders.ts";
import { LateGoods } from "./world/goods.ts";
import { goodsStory } from "./world/goods-stories.ts";
import { fateOf, obstacles } from "./world/obstacles.ts";
import { parcels, plainParcel, type SimParcel } from "./world/parcels.ts";
import { people } from "./world/people.ts";
import { withPhones } from "./world/phones.ts";
import { isPage, PostOffice } from "./world/post.ts";
import { Ambushes, script, textAmbushes, type Script } from "./world/script.ts";
import { toSecond } from "./world/seconds.ts";
import { Vendors } from "./world/vendors.ts";
import { narrowly } from "./world/waits.ts";
import { wishes } from "./world/wishes.ts";
import { withdrawalStory } from "./world/withdrawal-stories.ts";
import { Withdrawals } from "./world/withdrawals.ts";
import { WordOfMouth } from "./world/word-of-mouth.ts";
import type { Violation, World } from "./world/world.ts";

/** What a run is made from. The same wish on the same commit always ends the same. */
export interface SimulationWish {
  readonly seed: number;
  readonly days: number;
  readonly orders: number;
  readonly trace?: (line: string) => void;
}

export interface SimulationReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: FaultCounts;
  readonly steps: number;
  readonly mails: number;
  /** Equal for two runs that did the same. */
  readonly digest: string;
}

/** The last days are calm: everything that is owed by then must be settled. */
const CALM = 4 * DAY;
/** A violation repeats itself at every look; the first ones say what there is to say. */
const MAX_VIOLATIONS = 10;
const CHECK_EVERY = 6 * HOUR;
/** People for each order: some buy more than once. */
const PEOPLE_SHARE = 0.6;

/** Runs one seed against a database of its own. */
export async function simulate(wish: SimulationWish): Promise<SimulationReport> {
  const database = await testDatabase({ isPatient: true });
  const connections = await openConnections(database.url);
  try {
    const simulation = new Simulation(wish, database, connections);
    return await simulation.run();
  } finally {
    await connections.end();
    await database.drop();
  }
}

class Simulation {
  readonly #wish: SimulationWish;
  readonly #database: TestDatabase;
  readonly #connections: Connections;
  readonly #violations: Violation[] = [];
  readonly #ambushes: Ambushes;
  readonly #schedule: Schedule;
  readonly #world: World;
  readonly #orders: readonly SimOrder[];
  readonly #baskets: readonly SimBasket[];
  readonly #script: Script;
  readonly #vendors: Vendors;
  readonly #post: PostOffice;
  readonly #goods: LateGoods;
  readonly #withdrawals: Withdrawals;
  readonly #carriers: TextCarriers;
  readonly #mouth: WordOfMouth;
  readonly #judges: Judges;
  readonly #era: Era;
  readonly #end: Instant;
  #fleet!: Fleet;
  #operators!: Operators;

  constructor(wish: SimulationWish, database: TestDatabase, connections: Connections) {
    this.#wish = wish;
    this.#database = database;
    this.#connections = connections;
    const seed = `${wish.seed}`;
    const all = dice(seed);
    this.#era = eraOf(wish.seed);
    const { start } = this.#era;
    this.#end = plus(start, wish.days * DAY);
    const calmFrom = plus(this.#end, -CALM);
    const faults = noFaults();
    this.#ambushes = new Ambushes(all.fork("ambushes"), (fault) => this.#hit(fault), (task) => this.#fleet.roleOf(task.machine));
    this.#schedule = new Schedule({
      dice: all.fork("schedule"),
      start,
      blockersOf: (backends) => connections.blockersOf(backends),
      twist: (task, label) => {
        // A sign of life makes nothing due.
        this.#hasMoved ||= !task.name.endsWith("/watch");
        if (task.name.endsWith("/send sms")) this.#judges.texts.onStep(task, label);
        const hesitates = label === "begin" && task.name.endsWith("/send") ? this.#fleet.onClaim() : 0;
        if (hesitates > 0) return { kind: "stall", ms: hesitates };
        return this.#ambushes.twist(task, label);
      },
      onKilled: (machine) => this.#fleet.onKilled(machine),
      onQuiet: () => this.#onQuiet(),
      onLockWait: () => this.#hit("statement waited for a lock"),
      ...(wish.trace && { trace: wish.trace }),
    });
    const world: World = {
      seed,
      dice: all.fork("world"),
      agenda: new Agenda(),
      schedule: this.#schedule,
      faults,
      calmFrom,
      era: this.#era,
      givenUp: new Set(),
      hit: (fault) => void (faults[fault] += 1),
      violate: (guarantee, what) => this.#violate({ guarantee, what, at: this.#schedule.now }),
    };
    this.#world = world;
    const { orders, atTill, busyAt } = makeOrders(world, wish);
    const standstills = orders.flatMap((order) => trueJourneys(order, this.#end).flatMap((journey) => standstillsOf(journey, this.#end).map(({ due }) => due)));
    this.#orders = orders;
    this.#baskets = atTill;
    this.#script = script({ dice: all.fork("script"), start, calmFrom, busyAt, standstills });
    this.#vendors = new Vendors(world, this.#orders, this.#baskets, this.#script.spells, (delivery, answered) => this.#fleet.deliver(delivery, answered));
    const { golive, backup } = this.#script;
    this.#goods = new LateGoods({ world, orders, vendors: this.#vendors, ask: (...asked) => this.#fleet.takeAnswer(...asked), golive, ...(backup && { backup }) });
    this.#withdrawals = new Withdrawals({ world, orders, vendors: this.#vendors, mailroom: { declare: (...asked) => this.#fleet.declare(...asked), tell: (delivery, answered) => this.#fleet.deliver(delivery, answered) }, ...(backup && { backup }) });
    this.#post = new PostOffice(world, this.#script.troubles, (mail) => {
      this.#judges.onTaken(mail);
      wish.trace?.(`taken ${mail.to} ${mail.messageId} ${/^Subject: .*/m.exec(Buffer.from(mail.content).toString("latin1"))?.[0] ?? ""}`);
      if (isPage(mail)) this.#operators.readPage(mail, () => this.#fleet.canDecideGap());
    }, (report, answered) => this.#fleet.returnMail(report, answered));
    this.#carriers = new TextCarriers(world, carrierTroubles(all.fork("carrier troubles"), start, calmFrom), (text) => {
      this.#judges.onText(text);
      wish.trace?.(`taken ${text.to} ${text.messageId} ${Buffer.from(text.content).toString("utf8")}`);
    }, (form, answered) => this.#fleet.returnForm(form, answered));
    this.#mouth = new WordOfMouth(world, wishes(this.#orders, all.fork("wishes"), start, calmFrom), this.#carriers, { form: (form, answered) => this.#fleet.returnForm(form, answered), consents: (body, answered) => this.#fleet.consents(body, answered) });
    this.#judges = new Judges(world, { database, orders: this.#orders, baskets: this.#baskets, vendors: this.#vendors, post: this.#post, carriers: this.#carriers, told: this.#mouth.told, goods: this.#goods, withdrawals: this.#withdrawals, script: this.#script, sendCap: SEND_CAP });
  }

  #violate(violation: Violation): void {
    if (!this.#violations.some((known) => known.what === violation.what)) this.#violations.push(violation);
  }

  #hit(fault: Fault): void {
    this.#world.hit(fault);
  }

  async run(): Promise<SimulationReport> {
    await this.#open();
    const { agenda } = this.#world;
    for (;;) {
      const entry = agenda.next(this.#end);
      await this.#schedule.run(entry?.at ?? this.#end);
      if (!entry || this.#violations.length >= MAX_VIOLATIONS) break;
      await entry.act();
    }
    if (this.#violations.length < MAX_VIOLATIONS) await this.#judges.end(this.#fleet.quietSince());
    await this.#fleet.stop();
    const { faults } = this.#world;
    return { seed: this.#wish.seed, violations: this.#violations, faults, steps: this.#schedule.steps, mails: this.#post.taken.length, digest: this.#schedule.digest };
  }

  async #open(): Promise<void> {
    const world = this.#world;
    const evidence = world.dice.fork("evidence");
    const level = (): "final" | "relay" => (evidence.chance(0.6) ? "relay" : "final");
    const product = await setUp({
      db: this.#database.db,
      connections: this.#connections,
      schedule: this.#schedule,
      log: this.#log(),
      evidence: [level(), level()],
      sendCap: SEND_CAP,
      place: this.#era.place,
      provider: (name, isFinal) => this.#post.provider(name, isFinal),
      carrier: (name) => this.#carriers.transport(name),
    });
    this.#fleet = new Fleet({ world, product, fetch: this.#vendors.fetch, sending: this.#judges.sending });
    this.#operators = new Operators(world, product, { post: this.#post, carriers: this.#carriers }, (message) => this.#judges.wasTold(message), () => this.#fleet.gapDecided());
    this.#judges.begin(product.store, this.#fleet);
    this.#fleet.start();
    await this.#plan();
  }

  /** Errors that the product reports are its own mistakes, here where nothing else can make them. */
  #log(): Log {
    const note = (fields: Record<string, unknown>, message: string): void => this.#wish.trace?.(`log ${message} ${JSON.stringify(fields)}`);
    return { info: note, warn: note, error: note };
  }

  async #plan(): Promise<void> {
    const { agenda, calmFrom } = this.#world;
    const { golive, halt, backup, freeze, clockSteps, ambushes } = this.#script;
    const copies = await backups(this.#database.db);
    agenda.at(golive, () => this.#operators.golive());
    agenda.at(halt.at, () => {
      this.#hit("sending halted");
      this.#fleet.disturb(halt.until);
      this.#operators.halt((step) => void (this.#judges.sending.haltedSince = step));
    });
    agenda.at(halt.until, () => this.#operators.resume(() => void delete this.#judges.sending.haltedSince));
    if (backup) {
      agenda.at(backup.takenAt, () => copies.take());
      agenda.at(backup.restoredAt, async () => {
        this.#hit("backup restored");
        await this.#fleet.restore(copies.restore);
        this.#sayAgain(halt, backup.takenAt);
        this.#post.forgetReports(backup.takenAt);
        this.#carriers.forgetReports(backup.takenAt);
        this.#mouth.onRestored(backup.takenAt);
      });
    }
    if (freeze) agenda.at(freeze.at, () => this.#fleet.freeze(freeze));
    for (const step of clockSteps) agenda.at(step.at, () => {
      this.#fleet.stepClock(step.worker, step.by);
      this.#hasMoved = true;
    });
    for (const { at, ambush } of ambushes) agenda.at(at, () => this.#ambushes.lay(ambush));
    for (const { at, ambush } of textAmbushes(this.#world.dice.fork("text ambushes"), this.#era.start, calmFrom)) agenda.at(at, () => this.#ambushes.lay(ambush));
    agenda.at(calmFrom, () => this.#ambushes.clear());
    for (const trouble of this.#script.troubles) agenda.at(trouble.from, () => this.#fleet.disturb(trouble.until));
    this.#repeat(CHECK_EVERY, () => this.#judges.check(this.#fleet.quietSince()));
    this.#repeat(12 * HOUR, () => this.#operators.decideDoubtful());
  }

  /** A backup knows nothing of what was said about sending since it was taken: whoever brings it back says it again. */
  #sayAgain(halt: Script["halt"], takenAt: Instant): void {
    const isHalted = this.#judges.sending.haltedSince !== undefined;
    const wasHalted = halt.at <= takenAt && takenAt < halt.until;
    if (isHalted && !wasHalted) {
      delete this.#judges.sending.haltedSince;
      this.#operators.halt((step) => void (this.#judges.sending.haltedSince = step));
    }
    if (!isHalted && wasHalted) this.#operators.resume(() => {});
  }

  #repeat(every: number, act: () => void | Promise<void>): void {
    const { agenda } = this.#world;
    const again = (at: Instant): void => agenda.at(at, async () => {
      await act();
      again(plus(at, every));
    });
    again(plus(this.#era.start, every));
  }

  async #onQuiet(): Promise<void> {
    this.#judges.noteReading(this.#fleet.gapAt);
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
    this.#fleet.wakeWhenDue(await dueNext(this.#connections, this.#fleet.store, this.#fleet.pagingLead));
  }

  /** Whether anything was done since the last look at what is due. */
  #hasMoved = true;
}

/** The orders of a seed, and when the most is to be told. */
function makeOrders(world: World, { days, orders }: SimulationWish): { readonly orders: readonly SimOrder[]; readonly atTill: readonly SimBasket[]; readonly busyAt: Instant } {
  const luck = world.dice.fork("orders");
  const { start, place } = world.era;
  const all = withPhones(people(Math.ceil(orders * PEOPLE_SHARE), luck.fork("people")), luck.fork("phones"));
  const last = (days * DAY - CALM) - DAY;
  const moments = Array.from({ length: orders }, () => instant(start + HOUR + luck.below(Math.max(last, DAY)))).sort((a, b) => a - b);
  const shared = stockOut(luck.fork("stock-out"), moments);
  const shipping = luck.fork("parcels");
  const waits = luck.fork("waits");
  const tills = luck.fork("tills");
  const books = luck.fork("books");
  const goods = luck.fork("goods");
  const withdrawals = luck.fork("withdrawals");
  const stops = luck.fork("obstacles");
  const make = (moment: Instant, index: number): SimOrder => {
    const placedAt = instant(moment - (moment % SECOND));
    const person = luck.pick(all);
    const alone = (): Fate => narrowly({ dice: waits.fork(String(index)), fate: contradicted(books.fork(String(index)), fate(luck)), placedAt, country: person.customer.country, place });
    const own = { seed: world.seed, index, place, person, placedAt, fate: shared.fates.get(index) ?? alone() };
    const till = tillOf(tills, index);
    const ownGoods = goods.fork(String(index));
    const story = own.fate.cancelled === undefined && own.fate.refund === undefined ? goodsStory(ownGoods, placedAt, person.customer.country) : undefined;
    const sent = story === undefined ? shipped(shipping, ownGoods, own) : [];
    const isQuiet = isPlain(own.fate, sent);
    const obstacle = isQuiet ? obstacles(stops.fork(String(index)), placedAt, person.customer) : undefined;
    if (obstacle !== undefined) {
      const { leavesAt } = obstacle;
      return simOrder({ ...own, fate: fateOf(obstacle, placedAt), parcels: leavesAt === undefined ? [] : [plainParcel(orderDigits(index), leavesAt)], obstacles: obstacle, ...(till && { till }) });
    }
    const withdrawal = isQuiet ? withdrawalStory({ dice: withdrawals.fork(String(index)), orderId: orderDigits(index), placedAt, country: person.customer.country }) : undefined;
    const parcels = withdrawal === undefined ? sent : [withdrawal.parcel ?? []].flat();
    return simOrder({ ...own, parcels, ...(story && { goods: story }), ...(withdrawal && { withdrawal }), ...(till && { till }) });
  };
  const made = moments.map(make);
  const atTill = baskets({ seed: world.seed, dice: luck.fork("baskets"), people: all, orders: made, from: plus(start, HOUR), until: plus(world.calmFrom, -LAST_BASKET) });
  return { orders: made, atTill, busyAt: shared.at };
}

/** Whether nothing befalls an order: it leaves in time, with a parcel of which nothing more is heard. */
function isPlain({ cancelled, refund }: Fate, sent: readonly SimParcel[]): boolean {
  return cancelled === undefined && refund === undefined && sent.every(({ scans, trackerId }) => scans.length === 0 && trackerId === undefined) && sent.length > 0;
}

/** Of what is not cancelled every order leaves in time; parcels that have a story are those of what goes well, or is cancelled. */
function shipped(dice: Dice, leaving: Dice, { index, place, person, placedAt, fate: { cancelled, refund } }: Omit<OrderWish, "parcels">): readonly SimParcel[] {
  const plain = (): readonly SimParcel[] => [plainParcel(orderDigits(index), toSecond(plus(placedAt, leaving.between(HOUR, 40 * HOUR))))];
  if (refund !== undefined && cancelled === undefined) return plain();
  const storied = parcels({ dice: dice.fork(String(index)), orderId: orderDigits(index), placedAt, to: person.customer.country === place.country ? "home" : "abroad", ...(cancelled && { cancelledAt: plus(placedAt, cancelled.after) }) });
  return storied.length === 0 && cancelled === undefined ? plain() : storied;
}

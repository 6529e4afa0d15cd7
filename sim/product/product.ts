import Fastify, { type InjectOptions } from "fastify";
import type { VendorDelivery } from "../../sample/model.ts";
import { noCertificates } from "../../src/base/certificates.ts";
import { invariant } from "../../src/base/errors.ts";
import { parseStoreId, type StoreId } from "../../src/base/ids.ts";
import type { Log, Ports } from "../../src/base/ports.ts";
import { instant, iso, type Instant } from "../../src/base/time.ts";
import { createReceiver, registerSources, type Receiver } from "../../src/intake/index.ts";
import type { Db } from "../../src/base/db.ts";
import { memoryJournal, acceptEvidence, consentRoutes, evidenceRoutes, MAIL_SOURCE, type Channel, type MailProvider, type Provider } from "../../src/outreach/index.ts";
import { portalReads, portalRoutes, takeAnswer, type Answer, type PortalReads, type PortalStore } from "../../src/portal/index.ts";
import { findOrders, pageToken } from "../../src/commerce/index.ts";
import { liveBookOf } from "../../src/server/pipeline.ts";
import { createAdapters, type Adapters } from "../../src/server/config/adapters.ts";
import { parseConfig } from "../../src/server/runtime/open.ts";
import { createStoreRuntime, type StoreRuntime } from "../../src/server/runtime/store-runtime.ts";
import { insertStore } from "../../src/server/stores/store.ts";
import { simDatabase, type Connections, type SimDatabase } from "../engine/database.ts";
import { seededRandom, dice } from "../engine/random.ts";
import type { Schedule, SimProcess } from "../engine/schedule.ts";
import type { Source } from "../world/orders.ts";
import { PUBLIC_URL, type SignedForm } from "../world/carrier-format.ts";
import type { TextCarriers } from "../world/carrier.ts";
import type { Declaration, PageSays } from "../world/withdrawals.ts";
import { API_KEY, simConfig, STORE_NAME, type ConfigWish } from "./config.ts";

/** A process of the product with its own way to every port. */
export interface Running {
  readonly machine: SimProcess;
  readonly db: SimDatabase;
  readonly ports: Ports;
  /** A worker's, once it has taken up its watch. */
  epoch?: number;
}

export interface ProductWish extends ConfigWish {
  readonly db: Db;
  readonly connections: Connections;
  readonly schedule: Schedule;
  readonly log: Log;
  readonly provider: (name: string, isFinal: boolean) => MailProvider;
  readonly carrier: TextCarriers["transport"];
}

/** What all processes of the product share: the store as it is configured. */
export interface Product {
  readonly store: StoreId;
  readonly runtime: StoreRuntime;
  readonly adapters: Adapters;
  /** The key of its order pages' addresses, and what they show of it. */
  readonly secret: string;
  readonly portalStore: PortalStore;
  /** What the pages of a process read. */
  reads(ports: Ports): PortalReads;
  start(name: string, skew?: number): Running;
  /** Ports without points, for those who look from outside. */
  readonly plain: Ports;
}

/** Sets the product up on a fresh database, as `makegood start` does, over simulated ports. */
export async function setUp(wish: ProductWish): Promise<Product> {
  const { schedule, connections, db, log } = wish;
  const store = parseStoreId(STORE_NAME);
  invariant(store, "a store name");
  const config = parseConfig(simConfig(wish), "the simulator", {});
  const adapters = createAdapters(config, []);
  const plain: Ports = { db, clock: { now: () => schedule.now }, random: seededRandom(dice("outside")), log };
  const made = await createStoreRuntime({
    id: STORE_NAME,
    config,
    adapters,
    ports: plain,
    sample: false,
    journal: () => memoryJournal(),
    openProvider: ({ name, evidence }) => ({ name, evidence, transport: wish.provider(name, evidence === "final") }),
  });
  // A carrier is asked over HTTP: only that is simulated.
  const channels = made.outreach.channels.map((channel) => (channel.name === "sms" ? carriedBy(channel, wish.carrier) : channel));
  const runtime: StoreRuntime = { ...made, outreach: { ...made.outreach, channels } };
  await insertStore(db, store, false, schedule.now);
  await registerSources(db, store, runtime.sources, schedule.now);
  return {
    store,
    runtime,
    adapters,
    plain,
    secret: config.secret,
    portalStore: { id: store, name: runtime.config.name, locale: runtime.config.locale, zone: runtime.config.zone, colour: runtime.config.colour, support: {} },
    reads: (ports) => portalReads(ports, { secret: config.secret, voices: new Map([[store, runtime]]), liveBook: (id) => liveBookOf(ports.db, id, false) }),
    start: (name, skew = 0) => {
      const machine: SimProcess = { name, alive: true, skew, frozenUntil: instant(0) };
      const own = simDatabase(connections, schedule, machine);
      return { machine, db: own, ports: { db: own, clock: schedule.clockOf(machine), random: schedule.random, log } };
    },
  };
}

/** An answer as its customer sent it. */
export interface KeptAnswer extends Answer {
  readonly at: Instant;
}


function carriedBy(channel: Channel, carrier: ProductWish["carrier"]): Channel {
  const providers = channel.providers.map(({ name, evidence }) => ({ name, evidence, transport: carrier(name) }) as Provider<unknown>);
  return { ...channel, providers };
}

/** The web process: takes deliveries, returned mail, what carriers and shops report and what customers answer, one task each. */
export class Web {
  readonly running: Running;
  readonly #product: Product;
  readonly #schedule: Schedule;
  readonly #receiver: Receiver;
  /** The routes that carriers and shops call. Nothing listens: requests are handed to it. */
  readonly #http = Fastify();

  constructor(product: Product, schedule: Schedule, name: string) {
    this.#product = product;
    this.#schedule = schedule;
    this.running = product.start(name);
    this.#receiver = createReceiver({ ...this.running.ports, certificates: noCertificates }, product.adapters.sources);
    const { store, runtime } = product;
    const { ports } = this.running;
    const consented = { id: store, keyHashes: runtime.evidence.keyHashes, channels: runtime.outreach.channels.filter(({ needsConsent }) => needsConsent) };
    void this.#http.register(consentRoutes(ports, [consented]));
    void this.#http.register(evidenceRoutes({ ...ports, certificates: noCertificates, fetch: NO_VENDOR, publicUrl: PUBLIC_URL }, () => runtime.evidence));
  }

  take(delivery: VendorDelivery<Source | "desk">, answered: (acknowledged: boolean) => void): void {
    this.spawn("delivery", async () => {
      const body = Buffer.from(delivery.body);
      const receipt = await this.#schedule.parked(this.#receiver.receive(this.#product.store, delivery.source, { headers: delivery.headers, body }));
      // The answer travels: the process may die with it on its lips.
      await this.#schedule.point("answer");
      answered(receipt.kind === "kept");
    });
  }

  /** A customer opens the order's page, finds the way to withdraw and goes it to its end; `shown` hears what they send. */
  declare(orderId: string, shown: (sent: Declaration) => void, answered: (says: PageSays) => void): void {
    const { ports } = this.running;
    const { store, secret, portalStore } = this.#product;
    this.spawn("withdrawal", async () => {
      const sent: Declaration = { by: "page", at: ports.clock.now() };
      // The page's last look at its clock is the moment of what it keeps.
      const clock = { now: () => (sent.at = ports.clock.now()) };
      const page = Fastify();
      void page.register((scope) => portalRoutes(scope, { ...ports, clock, stores: new Map([[store, portalStore]]), reads: this.#product.reads(ports), onPulse: () => () => {} }));
      const path = `/o/${pageToken(secret, store, orderId)}`;
      const post = (payload: string) => page.inject({ method: "POST", url: `${path}/withdrawal`, headers: { "content-type": "application/x-www-form-urlencoded" }, payload });
      const opened = await page.inject(path);
      const isOffered = opened.statusCode === 200 && opened.body.includes(`${path}/withdrawal`);
      const asked = isOffered ? await post("") : opened;
      const isAsked = isOffered && asked.statusCode === 200;
      if (isAsked) shown(sent);
      const { statusCode } = isAsked ? await post("confirm=yes") : asked;
      await this.#schedule.point("answer");
      if (statusCode < 500) answered(statusCode === 404 ? "is gone" : isAsked && statusCode === 200 ? "heard" : "takes none");
    });
  }

  takeReport(report: Uint8Array, answered: (kept: boolean) => void): void {
    this.spawn("returned mail", async () => {
      await acceptEvidence(this.running.ports, this.#product.store, MAIL_SOURCE, report);
      await this.#schedule.point("answer");
      answered(true);
    });
  }

  /** A customer opens the order's page and sends what it offers; `shown` hears what they sent, `answered` what the page said then. */
  takeAnswer(orderId: string, choice: Answer["choice"], shown: (answer: KeptAnswer) => void, answered: (kept: boolean) => void): void {
    const { ports } = this.running;
    const { store, runtime } = this.#product;
    this.spawn("answer", async () => {
      const [order] = await findOrders(ports.db, store, [orderId]);
      const record = order && (await this.#product.reads(ports).record(store, order, runtime.config.zone));
      const offer = record?.offer;
      const answer = { choice, terms: offer?.newDate === undefined ? "unknown" : iso(offer.newDate) };
      if (offer !== undefined) shown({ ...answer, at: ports.clock.now() });
      const kept = await takeAnswer(ports, store, orderId, offer !== undefined, answer);
      await this.#schedule.point("answer");
      answered(kept);
    });
  }

  /** A carrier's request; `answered` hears whether it was taken and what was answered. */
  takeForm({ name, url, headers, body }: SignedForm, answered: (kept: boolean, answer: string) => void): void {
    this.#request(name, { method: "POST", url, headers, payload: body }, answered);
  }

  takeConsents(body: string, answered: (kept: boolean) => void): void {
    this.#request("consents", { method: "POST", url: "/v1/consents", headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" }, payload: body }, answered);
  }

  #request(name: string, request: InjectOptions, answered: (kept: boolean, answer: string) => void): void {
    this.spawn(name, async () => {
      const { statusCode, body } = await this.#http.inject(request);
      await this.#schedule.point("answer");
      // Nothing but a bug refuses what is sent as it should be.
      invariant(statusCode < 400 || statusCode === 503, `${name} to be taken, got ${statusCode} ${body}`);
      answered(statusCode < 300, body);
    });
  }

  spawn(name: string, body: () => Promise<void>): void {
    if (this.running.machine.alive) this.#schedule.spawn(this.running.machine, name, body);
  }
}

const NO_VENDOR = (): Promise<Response> => Promise.reject(new TypeError("no vendor is asked"));

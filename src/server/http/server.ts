import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import { createCertificates } from "../../base/certificates.ts";
import type { StoreId } from "../../base/ids.ts";
import { SECOND } from "../../base/time.ts";
import { createReceiver, importRoutes, type ImportStore, intakeRoutes, WAKE_CHANNEL, type Receiver } from "../../intake/index.ts";
import { consentRoutes, evidenceRoutes } from "../../outreach/index.ts";
import { portalReads, portalRoutes, type PortalStore } from "../../portal/index.ts";
import type { StoreConfig } from "../config/schema.ts";
import { liveBookOf } from "../pipeline.ts";
import type { Opened } from "../runtime/open.ts";
import type { StoreRuntime } from "../runtime/store-runtime.ts";
import { vendorFetch } from "../runtime/vendor-fetch.ts";
import { apiRoutes } from "./api.ts";
import { deliverabilityRoutes } from "./deliverability.ts";
import { API_DOCUMENT } from "./keys.ts";
import { opsRoutes } from "./ops.ts";

/** A page that is watched looks again at least this often. */
const PULSE = 3 * SECOND;

export interface WebServer {
  /** Where it listens. */
  readonly port: number;
  /** Stops taking requests, answers those under way, and returns when all that was taken is committed. */
  stop(): Promise<void>;
}

export interface WebOptions {
  readonly port: number;
  readonly host: string;
  /** Adds routes of the caller's own, such as the sample page. */
  readonly extend?: (http: FastifyInstance, receiver: Receiver) => Promise<void>;
}

/** Serves every route of the product over the opened stores. */
export async function startWeb(opened: Opened, options: WebOptions): Promise<WebServer> {
  const { ports, adapters, database } = opened;
  // Behind a proxy on this machine or a private network the reader's address is the proxy's word.
  const http = Fastify({ trustProxy: "loopback, linklocal, uniquelocal", forceCloseConnections: "idle" });
  const certificates = createCertificates({ ...ports, fetch: vendorFetch });
  const receiver = createReceiver({ ...ports, certificates }, adapters.sources);
  const pulse = startPulse();
  await http.register(swagger, { openapi: API_DOCUMENT });
  await http.register(opsRoutes(opened));
  await http.register(apiRoutes(opened));
  await http.register(deliverabilityRoutes(opened));
  await http.register(importRoutes(ports, opened.stores.map(importStore)));
  await http.register(consentRoutes(ports, opened.stores.map(consentStore)));
  await intakeRoutes(http, { receiver, sources: adapters.sources });
  const desks = new Map(opened.stores.map((store) => [store.id, store.evidence]));
  await http.register(evidenceRoutes({ ...ports, certificates, fetch: vendorFetch, publicUrl: opened.config.publicUrl }, (store) => desks.get(store)));
  await portalRoutes(http, {
    ...ports,
    stores: portalStores(opened),
    reads: portalReads(ports, {
      secret: opened.config.secret,
      voices: new Map(opened.stores.map((store) => [store.id, store])),
      liveBook: (store) => liveBookOf(database, store, opened.stores.some((each) => each.id === store && each.sample)),
    }),
    onPulse: pulse.on,
  });
  await options.extend?.(http, receiver);
  const listening = await database.listen(WAKE_CHANNEL, { notified: pulse.beat, resumed: pulse.beat });
  await http.listen({ port: options.port, host: options.host });
  const address = http.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    stop: async () => {
      pulse.stop();
      await listening.stop();
      await receiver.drain();
      await http.close();
    },
  };
}

function importStore({ id, config, sources, evidence }: StoreRuntime): ImportStore {
  return { id, zone: config.zone, sources, keyHashes: evidence.keyHashes };
}

function consentStore({ id, evidence, outreach }: StoreRuntime) {
  return { id, keyHashes: evidence.keyHashes, channels: outreach.channels.filter(({ needsConsent }) => needsConsent) };
}

function portalStores(opened: Opened): ReadonlyMap<StoreId, PortalStore> {
  return new Map(
    opened.stores.map((store) => [
      store.id,
      {
        id: store.id,
        name: store.config.name,
        colour: store.config.colour,
        zone: store.config.zone,
        locale: store.config.locale,
        support: withoutAbsent(store.config.support),
        ...(store.config.url !== undefined && { url: store.config.url }),
      },
    ]),
  );
}

/** An absent key and one without a value are two things to the type checker, and one to a store. */
function withoutAbsent(support: StoreConfig["support"]): PortalStore["support"] {
  const { email, phone, hours } = support;
  return { ...(email !== undefined && { email }), ...(phone !== undefined && { phone }), ...(hours !== undefined && { hours }) };
}

/** Tells watched pages that something may have changed: when work arrives, and at least every few seconds. */
function startPulse(): { on(beat: () => void): () => void; beat(): void; stop(): void } {
  const watchers = new Set<() => void>();
  const beat = () => watchers.forEach((watcher) => watcher());
  const timer = setInterval(beat, PULSE);
  timer.unref();
  return {
    on: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    beat,
    stop: () => clearInterval(timer),
  };
}

import fastify, { type FastifyInstance } from "fastify";
import type { Db } from "../../src/base/db.ts";
import { systemRandom } from "../../src/base/ids.ts";
import { type OrderRecord, type PortalPorts, portalRoutes, type PortalStore } from "../../src/portal/index.ts";
import { NOW, STORE } from "./orders.ts";

/** The customers' pages over records that a test sets. */
export interface PortalServer {
  readonly fastify: FastifyInstance;
  /** What each token opens. */
  readonly records: Map<string, OrderRecord>;
  /** Something may have changed. */
  beat(): void;
}

const NO_DATABASE: Db = {
  rows: () => Promise.reject(new Error("these pages read no database")),
  transaction: () => Promise.reject(new Error("these pages read no database")),
};

/** Serves the pages; `tokenOf` names the token of an address and a reference. */
export async function portalServer(options: { readonly store?: PortalStore; readonly ports?: Partial<PortalPorts> } = {}): Promise<PortalServer> {
  const store = options.store ?? STORE;
  const records = new Map<string, OrderRecord>();
  const beats = new Set<() => void>();
  const server = fastify();
  await portalRoutes(server, {
    db: NO_DATABASE,
    clock: { now: () => NOW },
    random: systemRandom,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    stores: new Map([[store.id, store]]),
    reads: {
      byToken: async (token) => {
        const record = records.get(token);
        return record && { store: store.id, order: record.order };
      },
      tokenByReference: async (_store, reference, email) => {
        const wanted = reference.replace(/[\s-]/g, "").toUpperCase();
        return [...records].find(([, { order }]) => order.spokenRef === wanted && order.contact.email === email.toLowerCase())?.[0];
      },
      record: async (_store, order) => {
        const found = [...records.values()].find((record) => record.order.orderId === order.orderId && record.order === order);
        if (found === undefined) throw new Error("no record of this order");
        return found;
      },
    },
    onPulse: (beat) => {
      beats.add(beat);
      return () => beats.delete(beat);
    },
    ...options.ports,
  });
  return { fastify: server, records, beat: () => beats.forEach((beat) => beat()) };
}

/** Tokens have the length of real ones. */
export function tokenFor(name: string): string {
  return `${name}-`.padEnd(32, "x");
}

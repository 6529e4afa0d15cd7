import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { OrderView } from "../commerce/index.ts";
import type { Channel } from "./channel.ts";
import { addressHash } from "./core/addresses.ts";
import type { Address } from "./core/route.ts";
import { consentedAmong } from "./store/consents.ts";
import { suppressedAmong } from "./store/gates.ts";

/** The ways to the persons of orders: by channel, by order. */
export type Ways = ReadonlyMap<string, ReadonlyMap<string, Address>>;

/** Finds the addresses of these orders' persons over these channels, and why one of them may not be used. */
export async function findWays(tx: Tx, store: StoreId, channels: readonly Channel[], orders: readonly OrderView[]): Promise<Ways> {
  const ways = new Map<string, ReadonlyMap<string, Address>>();
  for (const channel of channels) {
    const found = orders.flatMap((order) => {
      const address = order.redacted ? undefined : channel.addressOf(order);
      return address === undefined ? [] : [{ orderId: order.orderId, channel: channel.name, address, hash: addressHash(channel.name, address) }];
    });
    const barred = await barredAmong(tx, store, channel, found.map(({ hash }) => hash));
    ways.set(channel.name, new Map(found.map(({ orderId, ...way }) => [orderId, { ...way, suppressedWhy: barred.get(way.hash) ?? null }])));
  }
  return ways;
}

/** In the ledger, of an address whose person never agreed, or does no more. */
const NO_CONSENT = "no consent";

/** Why addresses of a channel may not be written to, by hash. */
async function barredAmong(tx: Tx, store: StoreId, channel: Channel, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (hashes.length === 0) return new Map();
  const suppressed = await suppressedAmong(tx, store, channel.name, hashes);
  return new Map([...(await unconsentedAmong(tx, store, channel, hashes)), ...suppressed]);
}

/** Addresses of a channel that needs consent and has none, each with that reason. */
export async function unconsentedAmong(tx: Tx, store: StoreId, channel: Channel, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (!channel.needsConsent || hashes.length === 0) return new Map();
  const consented = await consentedAmong(tx, store, channel.name, hashes);
  return new Map(hashes.filter((hash) => !consented.has(hash)).map((hash) => [hash, NO_CONSENT]));
}

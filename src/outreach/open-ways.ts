import type { OpenWays } from "../incidents/index.ts";
import type { Channel } from "./channel.ts";
import { hasOpenWay } from "./core/route.ts";
import { findWays } from "./find-ways.ts";
import { triedOf } from "./store/notices.ts";

/** Says which words that reached nobody can be said by now over these channels: an address was corrected, or its person agreed. */
export function openWaysOver(channels: readonly Channel[]): OpenWays {
  return async (tx, store, unheard) => {
    const named = new Set(unheard.flatMap((word) => word.channels));
    const ways = await findWays(tx, store, channels.filter(({ name }) => named.has(name)), unheard.map(({ order }) => order));
    const tried = await triedOf(tx, store, unheard.map(({ noticeId }) => noticeId));
    const open = unheard.filter((word) => hasOpenWay(word.channels.flatMap((channel) => ways.get(channel)?.get(word.order.orderId) ?? []), tried.get(word.noticeId) ?? []));
    return new Set(open.map(({ noticeId }) => noticeId));
  };
}

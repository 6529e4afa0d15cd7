import type { Db } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { findOrders } from "../commerce/index.ts";
import { lineInWords, longestSilenceSince, reconcile, shadowSince, unreachableSince } from "../incidents/index.ts";
import { owedSince } from "../promises/index.ts";
import { layMail } from "../words/index.ts";
import type { MondayList, MondayPlan } from "./core/monday-list.ts";
import { mondayWords } from "./core/monday-words.ts";
import { weekAt, type ListWeek } from "./core/week.ts";

/** Of each part of a list, so that it stays a page that somebody reads; the numbers are exact. */
const SHOWN = 25;
/** A few are enough to judge a playbook's words by. */
const SHADOW_SHOWN = 3;

/** A list as its reader gets it. */
export interface WrittenList {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The Monday list as it stands at `now`, of what came up since the list before. Reads only. */
export async function writeMondayList(db: Db, store: StoreId, plan: MondayPlan, now: Instant): Promise<WrittenList> {
  return inWords(await read(db, store, weekAt(now, plan.at, plan.zone).dueAt, now), plan);
}

/** The list of a week, as it is sent. It covers what came up since the list before was due, until `now`, which may be late in its week. */
export async function writeListOfWeek(db: Db, store: StoreId, plan: MondayPlan, week: ListWeek, now: Instant): Promise<WrittenList> {
  return inWords({ ...(await read(db, store, week.since, now)), week: week.name }, plan);
}

async function read(db: Db, store: StoreId, since: Instant, now: Instant): Promise<MondayList> {
  const [owed, unreachable, silence, shadow, line] = await Promise.all([
    owedSince(db, store, since, SHOWN),
    unreachableSince(db, store, since, SHOWN),
    longestSilenceSince(db, store, since, now),
    shadowSince(db, store, since, SHADOW_SHOWN),
    reconcile(db, store, now),
  ]);
  const named = [
    ...[owed.fresh, owed.older].flatMap((part) => part.first.flatMap((promise) => promise.orderId ?? [])),
    ...[unreachable.fresh, unreachable.older].flatMap((part) => part.first.map((each) => each.orderId)),
    ...(silence === undefined ? [] : [silence.orderId]),
    ...shadow.flatMap((playbook) => playbook.latest.map((each) => each.orderId)),
  ];
  return { store, since, now, owed, unreachable, silence, shadow, line, lineInWords: lineInWords(line), references: await referencesOf(db, store, [...new Set(named)]) };
}

async function referencesOf(db: Db, store: StoreId, orderIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const orders = orderIds.length === 0 ? [] : await findOrders(db, store, orderIds);
  return new Map(orders.map((order) => [order.orderId, order.reference]));
}

function inWords(list: MondayList, plan: MondayPlan): WrittenList {
  const { subject, preheader, blocks } = mondayWords(list, plan);
  return { subject, ...layMail({ locale: "en", subject, preheader, blocks }, plan.branding) };
}

import { invariant } from "../../base/errors.ts";
import type { StoreId } from "../../base/ids.ts";
import { HOUR, type Instant } from "../../base/time.ts";
import type { Scene } from "../../../sample/model.ts";
import { findOrders, type OrderView } from "../../commerce/index.ts";
import { incidentBoard, reconcile, type IncidentBoard, type IncidentView, type Reconciliation } from "../../incidents/index.ts";
import { promiseBoard, type PromiseBoard } from "../../promises/index.ts";
import type { MailSink } from "../mail-sink/index.ts";
import type { Opened } from "../runtime/open.ts";
import type { StoreRuntime } from "../runtime/store-runtime.ts";
import { seenMails, type Desk, type SeenMail } from "./board-mails.ts";

export type ToldScene = Pick<Scene, "at" | "orderNumber" | "what" | "wrong">;

/** What the sample's page is made from. */
export interface SampleRun {
  readonly opened: Opened;
  readonly store: StoreId;
  readonly sinks: readonly Pick<MailSink, "messages">[];
  /** What has happened since the start, oldest first. */
  readonly scenes: () => readonly ToldScene[];
}

/** A promise that is due within half a day is at risk; in the sample that is a minute away. */
export const SOON = 12 * HOUR;
/** More than are shown: one refund is often promised by the store and by law. */
const READ_PROMISES = 12;
/** As many as a screen shows without scrolling far. */
const SHOWN_INCIDENTS = 5;

/** Everything that the page shows, at one moment. */
export interface Board {
  readonly now: Instant;
  readonly runtime: StoreRuntime;
  readonly line: Reconciliation;
  readonly promises: PromiseBoard;
  readonly incidents: Omit<IncidentBoard, "recent"> & { readonly recent: readonly { readonly incident: IncidentView; readonly line: Reconciliation }[] };
  /** The orders that promises and incidents speak of. */
  readonly orders: ReadonlyMap<string, OrderView>;
  readonly scenes: readonly ToldScene[];
  readonly mails: readonly SeenMail[];
}

export function runtimeOf({ opened, store }: SampleRun): StoreRuntime {
  const runtime = opened.stores.find((each) => each.id === store);
  invariant(runtime, `store ${store} to be open`);
  return runtime;
}

/** How the sinks' mails are told apart. */
export function deskOf({ opened, sinks }: SampleRun): Desk {
  return { sinks, staff: new Set(opened.config.people.map((person) => person.email.toLowerCase())), publicUrl: opened.config.publicUrl };
}

export async function readBoard(run: SampleRun): Promise<Board> {
  const { opened, store } = run;
  const { database, ports } = opened;
  const now = ports.clock.now();
  const [line, promises, { recent, ...counts }, mails] = await Promise.all([
    reconcile(database, store, now),
    promiseBoard(database, store, now, SOON, READ_PROMISES),
    incidentBoard(database, store, SHOWN_INCIDENTS),
    seenMails(deskOf(run)),
  ]);
  const lines = await Promise.all(recent.map(async (incident) => ({ incident, line: await reconcile(database, store, now, { incidentId: incident.id }) })));
  const orderIds = new Set([...[...promises.nearest, ...promises.owed].flatMap((each) => each.orderId ?? []), ...recent.map((each) => each.orderId)]);
  const orders = await findOrders(database, store, [...orderIds]);
  return {
    now,
    runtime: runtimeOf(run),
    line,
    promises,
    incidents: { ...counts, recent: lines },
    orders: new Map(orders.map((order) => [order.orderId, order])),
    scenes: run.scenes(),
    mails,
  };
}

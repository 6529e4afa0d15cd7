import { formatMoney } from "../../base/money.ts";
import type { Instant } from "../../base/time.ts";
import type { OrderView } from "../../commerce/index.ts";
import type { IncidentView, Reconciliation } from "../../incidents/index.ts";
import type { StorePromise } from "../../promises/index.ts";
import { SOON, type Board, type ToldScene } from "./board.ts";
import { moment, shortly, span, type When } from "./board-format.ts";
import type { SeenMail } from "./board-mails.ts";

/** As many as a screen shows without scrolling far; the counts beside them are exact. */
const SHOWN_OWED = 2;
const SHOWN_NEAREST = 3;
/** The list of mails scrolls in itself. */
const SHOWN_MAILS = 40;
const SHOWN_SCENES = 15;

/** What the sample's customers read is in English, German and French; the page itself is for the operator. */
const LOCALE = "en-US";

interface OrderLink {
  readonly reference: string;
  readonly href?: string;
}

/** A number of an equation. `quiet` when there is nothing behind it. */
interface Term {
  readonly key: string;
  readonly name: string;
  readonly meaning: string;
  readonly count: number;
  /** Of those that are not told, each reason with its count. */
  readonly reasons: readonly string[];
}

export interface LineView {
  readonly affected: number;
  readonly terms: readonly Term[];
  /** The terms that have something behind them, as one sum. */
  readonly said: string;
  readonly balanced: boolean;
  readonly faults: readonly string[];
}

export interface PromiseItem {
  readonly key: string;
  readonly mark: "open" | "atRisk" | "broken";
  readonly order?: OrderLink;
  readonly who?: string;
  readonly what: string;
  readonly basis: string;
  readonly when: When;
  readonly due: string;
}

export interface IncidentItem {
  readonly key: string;
  readonly title: string;
  readonly order: OrderLink;
  readonly who: string;
  readonly opened: When;
  readonly mark: "told" | "moving" | "unreachable" | "excused" | "overdue";
  readonly markText: string;
  readonly line: LineView;
  readonly owed?: string;
  readonly closed: boolean;
}

export interface MailItem {
  readonly key: string;
  readonly href: string;
  readonly who: string;
  readonly to: string;
  readonly subject: string;
  readonly at: When;
  readonly bounced: boolean;
  readonly toStaff: boolean;
  readonly chosen: boolean;
}


/** The page's words and numbers. `chosen` is the mail that is read; without one it is the newest that a customer got. */
export function boardView(board: Board, chosen: string | undefined) {
  const { now, runtime, line, promises, incidents, mails } = board;
  const { zone, name } = runtime.config;
  const read = mails.find((mail) => mail.key === chosen) ?? mails.find((mail) => !mail.toStaff) ?? mails[0];
  return {
    store: name,
    clock: moment(now, zone),
    line: { ...lineView(line), people: line.people },
    madeGood: line.promises,
    promises: {
      counts: { ...promises.counts, owed: line.promises.owed },
      soon: span(SOON),
      nearest: firstOfEach(promises.nearest).slice(0, SHOWN_NEAREST).map((each) => promiseItem(board, each)),
      owed: firstOfEach(promises.owed).slice(0, SHOWN_OWED).map((each) => promiseItem(board, each)),
    },
    incidents: { open: incidents.open, closed: incidents.closed, recent: incidents.recent.map((each) => incidentItem(board, each.incident, each.line)) },
    scenes: board.scenes.filter((scene) => scene.what !== undefined).toReversed().slice(0, SHOWN_SCENES).map((scene) => sceneItem(scene, now, zone)),
    mails: { list: mails.slice(0, SHOWN_MAILS).map((mail) => mailItem(mail, read, now, zone)) },
    ...(read && { read: readView(read, zone) }),
  };
}

const MEANINGS = {
  told: "it reached their mailbox",
  presumedTold: "sent, and nothing came back",
  unreachable: "no address works; a person takes over",
  excused: "need no word, for a reason on a closed list",
  due: "on its way, before its deadline",
} as const;

const REASONS: Readonly<Record<string, string>> = {
  no_address: "no address",
  suppressed: "no longer written to",
  bounced: "mailbox gone",
  refused: "refused",
  shadow: "in shadow mode",
  said_by_shop: "the shop said it",
  put_right_before_told: "put right before a word left",
  history: "from before the start",
  redacted: "data erased",
  withdrawn: "not true after all",
};

function sceneItem({ at, orderNumber, what, wrong }: ToldScene, now: Instant, zone: string) {
  return { key: `${orderNumber}-${at}`, at: shortly(at, now, zone), reference: `#${orderNumber}`, what: what ?? "", wrong: wrong === true };
}

function lineView(line: Reconciliation): LineView {
  const term = (key: keyof typeof MEANINGS, name: string, counts: number | Readonly<Record<string, number>>): Term => ({
    key,
    name,
    meaning: MEANINGS[key],
    count: typeof counts === "number" ? counts : Object.values(counts).reduce((sum, count) => sum + count, 0),
    reasons: typeof counts === "number" ? [] : Object.entries(counts).map(([why, count]) => `${count > 1 ? `${count} ` : ""}${REASONS[why] ?? why}`),
  });
  const terms = [term("told", "told", line.told), term("presumedTold", "presumed told", line.presumedTold), term("unreachable", "unreachable", line.unreachable), term("excused", "excused", line.excused), term("due", "due", line.due)];
  const behind = terms.filter(({ count }) => count > 0);
  return {
    affected: line.affected,
    terms,
    said: behind.length > 0 ? behind.map(({ count, name }) => `${count} ${name}`).join(" + ") : "0",
    balanced: line.balanced,
    faults: Object.entries(line.faults).flatMap(([fault, count]) => (count === 0 ? [] : [`${fault}: ${count}`])),
  };
}

const WHAT: Readonly<Record<string, string>> = {
  refund_by: "Send the refund",
  first_notice_by: "Tell the customer",
  next_update_by: "Give the customer news",
};

/** One thing that is owed by several dates is shown once, by the first of them. */
function firstOfEach(promises: readonly StorePromise[]): StorePromise[] {
  const byThing = Map.groupBy(promises, ({ kind, orderId, thing }) => `${kind} ${orderId} ${thing}`);
  return [...byThing.values()].flatMap(([first]) => first ?? []);
}

function promiseItem(board: Board, promise: StorePromise): PromiseItem {
  const { now, runtime } = board;
  const order = promise.orderId === undefined ? undefined : board.orders.get(promise.orderId);
  const what = WHAT[promise.kind] ?? promise.kind.replaceAll("_", " ");
  const isLate = promise.dueAt <= now;
  return {
    key: promise.id,
    mark: promise.state === "broken" ? "broken" : promise.dueAt - now <= SOON ? "atRisk" : "open",
    ...(order && { order: orderLink(board, order), who: whoOf(order) }),
    what: promise.amount === undefined ? what : `${what} of ${formatMoney(promise.amount, LOCALE)}`,
    basis: promise.basis.kind === "law" ? `by law: ${promise.basis.citation}` : "the store’s own promise",
    when: moment(promise.dueAt, runtime.config.zone),
    due: isLate ? `${span(now - promise.dueAt)} late` : promise.state === "broken" ? "cannot be kept" : `in ${span(promise.dueAt - now)}`,
  };
}

function incidentItem(board: Board, incident: IncidentView, line: Reconciliation): IncidentItem {
  const { now, runtime } = board;
  const order = board.orders.get(incident.orderId);
  const view = lineView(line);
  return {
    key: incident.id,
    title: incident.playbook.title,
    order: order ? orderLink(board, order) : { reference: incident.orderId },
    who: order ? whoOf(order) : "",
    opened: shortly(incident.openedAt, now, runtime.config.zone),
    ...markOf(line, view),
    line: view,
    ...(line.promises.broken > 0 && { owed: line.promises.owed > 0 ? "refund still owed" : "refund made good" }),
    closed: incident.closedAt !== undefined,
  };
}

/** What is least well with an incident's people speaks for it. */
function markOf(line: Reconciliation, view: LineView): Pick<IncidentItem, "mark" | "markText"> {
  if (line.overdue > 0) return { mark: "overdue", markText: "Overdue: a person is called" };
  const [told, presumed, unreachable, excused, due] = view.terms;
  if ((due?.count ?? 0) > 0) return { mark: "moving", markText: "Being told" };
  if ((unreachable?.count ?? 0) > 0) return { mark: "unreachable", markText: `Unreachable: ${unreachable?.reasons.join(", ")}` };
  if ((told?.count ?? 0) + (presumed?.count ?? 0) > 0) return { mark: "told", markText: "Told" };
  return { mark: "excused", markText: `Excused: ${excused?.reasons.join(", ")}` };
}

function mailItem(mail: SeenMail, read: SeenMail | undefined, now: Instant, zone: string): MailItem {
  const { key, to, name, subject, bounced, toStaff } = mail;
  return { key, href: `/?mail=${key}#reader`, who: name, to, subject, at: shortly(mail.at, now, zone), bounced, toStaff, chosen: key === read?.key };
}

function readView(mail: SeenMail, zone: string) {
  const { key, to, name, from, subject, text, bounced, toStaff, orderPage } = mail;
  return { key, to, name, from, subject, text, bounced, toStaff, at: moment(mail.at, zone), src: `/sample/mail/${key.replace("-", "/")}`, hasHtml: mail.html !== undefined, ...(orderPage !== undefined && { orderPage }) };
}

function orderLink({ runtime }: Board, order: OrderView): OrderLink {
  return { reference: order.reference, href: runtime.orderPage(order.orderId).replace(/^https?:\/\/[^/]+/, "") };
}

function whoOf({ contact }: OrderView): string {
  return [contact.firstName, contact.lastName].filter((part) => part !== undefined).join(" ") || contact.email || "a guest";
}

import { iso, type Instant } from "../../base/time.ts";
import { formatFor, type Format, type When } from "./format.ts";
import { happenedOf, type HappenedDay, wordsAnchor } from "./happened.ts";
import { nextOf, type Next } from "./next.ts";
import { promisedOf, type Promised } from "./promised.ts";
import type { Reader } from "./reader.ts";
import type { Offer, OrderRecord, PortalStore, SaidOn, SaidWords } from "./record.ts";
import { isBasket, standingOf, type Standing } from "./standing.ts";
import type { Texts } from "./texts.ts";

/** An order's page, ready to be written: every moment and amount is in the reader's words. */
export interface OrderPage {
  readonly title: string;
  readonly heading: string;
  readonly placed?: { readonly text: string; readonly iso: string };
  readonly standing: Standing;
  readonly next: Next;
  readonly choice?: ShownChoice;
  /** Whether the reader may withdraw from the contract here. */
  readonly mayWithdraw: boolean;
  /** Whether words to its reader can go by email. */
  readonly hasEmail: boolean;
  readonly promised: readonly Promised[];
  readonly happened: readonly HappenedDay[];
  readonly wrote: readonly Wrote[];
  readonly items: readonly { readonly title: string; readonly quantity: number }[];
  readonly total?: string;
  readonly human: Human;
  readonly foot: readonly string[];
}

/** What the reader may choose. `terms`: what they are offered, as their answer names it. */
export interface ShownChoice {
  readonly lead: string;
  readonly terms: string;
  readonly isAgreed: boolean;
}

/** A notice as the page shows it. */
export interface Wrote {
  readonly anchor: string;
  readonly title: string;
  readonly html: string;
  readonly locale: string;
  readonly on: readonly { readonly text: string; readonly when: When; readonly returned: boolean }[];
}

/** How a person is reached. */
export interface Human {
  readonly email?: string;
  readonly phone?: { readonly text: string; readonly href: string };
  readonly hours?: string;
  /** The spoken reference in two groups, as it is read; and character by character, as it is heard. Absent where no order is known. */
  readonly reference?: string;
  readonly spelled?: string;
}

/** The whole page of one order for one reader at one moment. */
export function orderPage(record: OrderRecord, store: PortalStore, reader: Reader, texts: Texts, now: Instant): OrderPage {
  const { order } = record;
  const details = order.doc.details?.value;
  const chosen = details ?? order.doc.checkout?.value;
  const format = formatFor(reader, now);
  const heading = isBasket(order) ? texts.basket(order.reference) : texts.order(order.reference);
  return {
    title: isBasket(order) ? `${heading} · ${store.name}` : texts.pageTitle(order.reference, store.name),
    heading,
    ...(details && { placed: placedOn(details.placedAt, texts, format) }),
    standing: standingOf(record, texts, format, now),
    next: nextOf(record, texts, format, now),
    ...(record.offer && { choice: choiceOf(record.offer, texts, format) }),
    mayWithdraw: record.mayWithdraw === true,
    hasEmail: record.order.contact.email !== undefined,
    promised: promisedOf(record.promises, texts, format, now),
    happened: happenedOf(record, texts, format),
    wrote: record.words.map((words) => wroteOf(words, texts, format)),
    items: (chosen?.lines ?? []).map(({ title, quantity }) => ({ title, quantity })),
    ...(chosen && { total: format.money(chosen.total) }),
    human: humanOf(store, order.spokenRef),
    foot: [texts.foot.zone(format.zoneName(now)), order.redacted ? texts.foot.erased : texts.foot.private],
  };
}

function choiceOf({ newDate, isAgreed }: Offer, texts: Texts, format: Format): ShownChoice {
  const date = newDate === undefined ? undefined : format.day(newDate).text;
  return { lead: isAgreed ? texts.choice.agreed : texts.choice.lead(date), terms: newDate === undefined ? "unknown" : iso(newDate), isAgreed };
}

function placedOn(at: Instant, texts: Texts, format: Format): { text: string; iso: string } {
  const day = format.day(at);
  return { text: texts.placed(day.text), iso: day.iso };
}

function wroteOf(words: SaidWords, texts: Texts, format: Format): Wrote {
  return {
    anchor: wordsAnchor(words.noticeId),
    title: words.title,
    html: words.html,
    locale: words.locale,
    on: words.on.map((said) => ({ text: saidText(said, texts), when: format.moment(said.at), returned: said.state === "returned" })),
  };
}

function saidText(said: SaidOn, texts: Texts): string {
  return texts.labelled(texts.words.channel(said.channel), texts.words.states[said.state]);
}

/** How a person of the store is reached, and what to read out to them. */
export function humanOf({ support }: PortalStore, spokenRef?: string): Human {
  return {
    ...(support.email !== undefined && { email: support.email }),
    ...(support.phone !== undefined && { phone: { text: support.phone, href: `tel:${support.phone.replace(/[^+\d]/g, "")}` } }),
    ...(support.hours !== undefined && { hours: support.hours }),
    ...(spokenRef !== undefined && { reference: `${spokenRef.slice(0, 4)} ${spokenRef.slice(4)}`, spelled: [...spokenRef].join(" ") }),
  };
}

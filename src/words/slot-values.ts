import { dateWriter } from "../base/dates.ts";
import type { DateWriter } from "../base/dates.ts";
import { minorDigits } from "../base/money.ts";
import type { Money } from "../base/money.ts";
import type { Instant, Zone } from "../base/time.ts";
import type { CaseFacts, FactValue } from "../incidents/index.ts";
import type { Contact } from "../intake/index.ts";
import { GUARDED_SLOTS } from "../playbooks/index.ts";
import type { SlotName } from "../playbooks/index.ts";
import { formattingLocale } from "./core/locales.ts";
import { Lru } from "./core/lru.ts";

/** Everything that a reader's slots are filled from. */
export interface Reader {
  readonly facts: CaseFacts;
  readonly contact: Contact;
  readonly order: { readonly reference: string; readonly spokenRef: string; readonly country?: string; readonly retryUrl?: string };
  readonly store: { readonly name: string; readonly supportContact: string };
  /** Address of the order's own page. */
  readonly orderPage: string;
  /** Language of the words, as compiled. */
  readonly locale: string;
  /** Whose days and hours are shown. */
  readonly zone: Zone;
}

type Values = Partial<Record<SlotName, string>> & Readonly<Record<string, string>>;

/** A name is what a customer typed into a form. Longer, or with an address in it, it is not spoken. */
const MAX_NAME = 60;
const NOT_A_NAME = /[/\\@<>{}]|www\.|[^\P{C}\u200C\u200D]/iu;

/** Making an Intl object takes longer than everything else here together. A store meets few locales, zones and currencies. */
const FORMATS_LIMIT = 200;
const dateFormats = new Lru<DateWriter>(FORMATS_LIMIT);
const moneyFormats = new Lru<Intl.NumberFormat>(FORMATS_LIMIT);

const DAY_FIELDS = { weekday: "long", year: "numeric", month: "long", day: "numeric" } as const;
const MOMENT_FIELDS = { ...DAY_FIELDS, hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;

/** Every value that this reader's texts can show, written for their language, region and zone. */
export function slotValues(reader: Reader): Values {
  const { contact, order, store, locale, zone } = reader;
  const format = formattingLocale(locale, contact.locale, order.country);
  const facts = Object.entries(reader.facts.values).map(([name, value]) => [name, oneLine(factText(value, format, zone))]);
  return {
    ...Object.fromEntries(facts),
    ...namesOf(contact),
    store_name: oneLine(store.name),
    support_contact: oneLine(store.supportContact),
    order_reference: oneLine(order.reference),
    spoken_reference: order.spokenRef,
    order_page: reader.orderPage,
    ...(order.retryUrl !== undefined && { retry_link: order.retryUrl }),
  };
}

/**
 * The choices that a reader's texts are made from: the case's own, and those that say which values there are.
 * They guard the slots that are empty for some readers, so that no text has a hole.
 */
export function choicesFor(facts: CaseFacts, { contact, retryUrl }: { readonly contact: Contact; readonly retryUrl?: string }): Readonly<Record<string, string>> {
  const known = { ...facts.values, ...namesOf(contact), ...(retryUrl !== undefined && { retry_link: retryUrl }) };
  const guards = Object.entries(GUARDED_SLOTS).map(([slot, { choice }]) => [choice, Object.hasOwn(known, slot) ? "yes" : "no"]);
  return { ...facts.choices, ...Object.fromEntries(guards) };
}

function namesOf(contact: Contact): Partial<Record<"first_name" | "full_name", string>> {
  const first = speakable(contact.firstName);
  if (first === undefined) return {};
  const last = speakable(contact.lastName);
  return { first_name: first, full_name: last === undefined ? first : `${first} ${last}` };
}

function speakable(name: string | undefined): string | undefined {
  const plain = name?.trim().replace(/\s+/g, " ") ?? "";
  return plain === "" || plain.length > MAX_NAME || NOT_A_NAME.test(plain) ? undefined : plain;
}

function factText(value: FactValue, locale: string, zone: Zone): string {
  if ("money" in value) return moneyText(value.money, locale);
  if ("day" in value) return formatted(value.day, locale, zone, "day");
  if ("at" in value) return formatted(value.at, locale, zone, "moment");
  return value.text;
}

function moneyText({ minor, currency }: Money, locale: string): string {
  const format = moneyFormats.getOrMake(`${currency} ${locale}`, () => new Intl.NumberFormat(locale, { style: "currency", currency }));
  return format.format(minor / 10 ** minorDigits(currency));
}

function formatted(at: Instant, locale: string, zone: Zone, as: "day" | "moment"): string {
  const fields = as === "day" ? DAY_FIELDS : MOMENT_FIELDS;
  return dateFormats.getOrMake(`${as} ${zone} ${locale}`, () => dateWriter(locale, { ...fields, timeZone: zone })).format(at);
}

/** A value never breaks a line, nor carries characters that are not shown. Intl's narrow spaces become plain no-break ones. */
function oneLine(text: string): string {
  return text.replace(/\u202F/g, "\u00A0").replace(/[\s--\u00A0]+/gv, " ").replace(/[^\P{C}\u200C\u200D]/gu, "").trim();
}

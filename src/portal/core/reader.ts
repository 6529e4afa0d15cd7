import type { Zone } from "../../base/time.ts";
import { shownZone } from "../../base/zones.ts";
import { LANGUAGES, type Language } from "./texts.ts";

/** For whom a page is written: its language, how numbers and dates look, and whose days and hours are shown. */
export interface Reader {
  readonly language: Language;
  /** BCP 47, for numbers and dates. */
  readonly format: string;
  readonly zone: Zone;
}

/** What is known of a reader: the order's own locale and country, the store's, and a language that they chose by a link. */
export interface ReaderHints {
  readonly chosen?: string | undefined;
  readonly locale?: string | undefined;
  readonly country?: string | undefined;
  readonly storeLocale: string;
  readonly storeZone: Zone;
}

/** The reader of an order's page. A language that was chosen wins, then the order's, then the store's, then English. */
export function readerOf(hints: ReaderHints): Reader {
  const language = languageOf(hints.chosen) ?? languageOf(hints.locale) ?? languageOf(hints.storeLocale) ?? "en";
  return { language, format: formatOf(language, hints), zone: shownZone(hints.country, hints.storeZone) };
}

/** The language of a locale tag, where the pages are written in it. */
export function languageOf(tag: string | undefined): Language | undefined {
  const language = tag?.split(/[-_]/)[0]?.toLowerCase();
  return LANGUAGES.find((known) => known === language);
}

/** The first language of an `Accept-Language` header that the pages are written in. For pages that belong to no order. */
export function acceptedLanguage(header: string | undefined): Language {
  const tags = (header ?? "").split(",").map((part) => part.split(";")[0]?.trim());
  return tags.map(languageOf).find((known) => known !== undefined) ?? "en";
}

/** The language with the region that the reader's locale names, else the country of the order. */
function formatOf(language: Language, { locale, country }: ReaderHints): string {
  const region = /^[A-Za-z]{2,3}[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2})(?:$|[-_])/.exec(locale ?? "")?.[1] ?? country;
  return region !== undefined && /^[A-Za-z]{2}$/.test(region) ? `${language}-${region.toUpperCase()}` : language;
}

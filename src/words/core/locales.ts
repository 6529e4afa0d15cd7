/** The language that a store speaks where nothing fits a reader better. */
const DEFAULT_LOCALE = "en";

/**
 * The available language that fits a reader best (BCP 47 look-up, RFC 4647 3.4): `de-AT`, then `de`;
 * then any variety of the same language; then the store's; then English; then what there is.
 */
export function matchLocale(wanted: string | undefined, available: readonly string[], storeLocale: string = DEFAULT_LOCALE): string {
  for (const tag of [wanted, storeLocale, DEFAULT_LOCALE]) {
    const found = tag === undefined ? undefined : lookUp(tag, available);
    if (found !== undefined) return found;
  }
  return available[0] ?? DEFAULT_LOCALE;
}

function lookUp(wanted: string, available: readonly string[]): string | undefined {
  // Some shops write de_AT.
  const parts = wanted.replaceAll("_", "-").split("-");
  for (let length = parts.length; length > 0; length -= 1) {
    const tag = parts.slice(0, length).join("-").toLowerCase();
    const exact = available.find((each) => each.toLowerCase() === tag);
    if (exact !== undefined) return exact;
  }
  const language = parts[0]?.toLowerCase();
  return available.find((each) => languageOf(each) === language);
}

/**
 * The locale that numbers and dates are written in: the language of the words, with the region of the reader.
 * The region is the one that the reader's locale names, else the buyer's country.
 */
export function formattingLocale(locale: string, wanted: string | undefined, country: string | undefined): string {
  const reader = tagOf(wanted);
  if (reader?.region !== undefined && reader.language === languageOf(locale)) return `${reader.language}-${reader.region}`;
  if (tagOf(locale)?.region !== undefined) return locale;
  return country !== undefined && /^[A-Z]{2}$/.test(country) ? `${locale}-${country}` : locale;
}

function tagOf(text: string | undefined): Intl.Locale | undefined {
  try {
    return text === undefined ? undefined : new Intl.Locale(text.replaceAll("_", "-"));
  } catch {
    return undefined;
  }
}

/** The language of a tag, without its script and region. */
export function languageOf(tag: string): string | undefined {
  return tag.split("-")[0]?.toLowerCase();
}

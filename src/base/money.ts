/** An amount of one currency in its minor units (cents, yen, fils). Never a fraction, never a float. */
export interface Money {
  readonly minor: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

const DECIMAL = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/;

const digitsByCurrency = new Map<string, number>();

/** How many decimal places a currency has (EUR 2, JPY 0, KWD 3). Source: CLDR, as `Intl` carries it. */
export function minorDigits(currency: string): number {
  const known = digitsByCurrency.get(currency);
  if (known !== undefined) return known;
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  digitsByCurrency.set(currency, digits);
  return digits;
}

/** Money from minor units. Throws a RangeError for an unsafe amount or a malformed currency. */
export function money(minor: number, currency: string): Money {
  const code = currency.toUpperCase();
  if (!Number.isSafeInteger(minor)) throw new RangeError(`Not a whole amount of minor units: ${minor}`);
  if (!/^[A-Z]{3}$/.test(code)) throw new RangeError(`Not an ISO 4217 currency: ${currency}`);
  return { minor, currency: code };
}

/**
 * Reads a decimal amount as vendors write it ("398.00"), exactly.
 * Returns undefined when it is not a number, or finer than the currency allows.
 */
export function parseMoney(decimal: string, currency: string): Money | undefined {
  const match = DECIMAL.exec(decimal);
  if (!match || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  const digits = minorDigits(currency.toUpperCase());
  const kept = fraction.slice(0, digits).padEnd(digits, "0");
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const minor = Number(whole + kept);
  return Number.isSafeInteger(minor) ? money(sign === "-" ? -minor : minor, currency) : undefined;
}

/** Adds two amounts. Throws when the currencies differ: such a sum has no meaning. */
export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`Cannot add ${b.currency} to ${a.currency}`);
  return money(a.minor + b.minor, a.currency);
}

/** The amount as a person of that locale reads it, such as "$398.00" or "398,00 €". */
export function formatMoney(amount: Money, locale: string): string {
  const digits = minorDigits(amount.currency);
  return new Intl.NumberFormat(locale, { style: "currency", currency: amount.currency }).format(amount.minor / 10 ** digits);
}

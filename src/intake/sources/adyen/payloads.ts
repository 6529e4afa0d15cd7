import { z } from "zod";
import { minorDigits, type Money, money } from "../../../base/money.ts";
import { moment } from "../payload.ts";

// An item as far as we read it (https://docs.adyen.com/api-explorer/Webhooks/1/overview). What is not signed can be
// left out or be nonsense: it never keeps a signed fact from being read.

const text = z
  .string()
  .nullish()
  .transform((given) => given || undefined);

/** When it happened, not signed. */
export const eventTime = moment.optional().catch(undefined);

export const item = z.object({
  eventCode: z.string(),
  success: z.union([z.boolean(), z.enum(["true", "false"])]).transform((said) => said === true || said === "true"),
  pspReference: z.string().regex(/^[A-Za-z0-9]{1,80}$/),
  originalReference: text,
  merchantReference: text,
  amount: z.object({ value: z.int(), currency: z.string() }),
  eventDate: eventTime,
  reason: text.catch(undefined),
  additionalData: z.object({ "modification.action": z.string().optional() }).nullish().catch(undefined),
});
export type AdyenItem = z.output<typeof item>;

// https://docs.adyen.com/development-resources/currency-codes: what Adyen counts in; it differs from ISO 4217 for CLP, CVE, IDR and ISK.
const WHOLE_UNITS = new Set("CVE DJF GNF IDR JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THOUSANDTHS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

/** Money of an amount as Adyen counts it. Throws when our minor unit cannot hold it exactly. */
export function adyenMoney({ value, currency }: AdyenItem["amount"]): Money {
  const code = currency.toUpperCase();
  const theirs = WHOLE_UNITS.has(code) ? 0 : THOUSANDTHS.has(code) ? 3 : 2;
  return money(value * 10 ** (minorDigits(code) - theirs), code);
}

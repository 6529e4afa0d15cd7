import type { Report } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";

interface Failure {
  readonly says: string;
  /** Nothing will ever arrive at this number. */
  readonly dead?: true;
  /** What somebody must put right with the provider before texts like it arrive. */
  readonly fault?: string;
}

const TO_THE_US = "Carriers block texts of this store to US numbers";

/**
 * Why a text did not arrive: https://www.twilio.com/docs/api/errors. A code that is not here is a text that did not arrive,
 * and says nothing of the next one.
 */
const FAILURES: Readonly<Record<string, Failure>> = {
  "21211": { says: "no valid number", dead: true },
  "21614": { says: "not a mobile number", dead: true },
  "21635": { says: "a landline", dead: true },
  "30002": { says: "the account is suspended", fault: "The account of the provider of texts is suspended: no text of this store leaves. Settle it with the provider." },
  "30003": { says: "the phone is off or out of reach" },
  "30004": { says: "blocked for this number" },
  "30005": { says: "the number is not in use", dead: true },
  "30006": { says: "a landline, or a carrier that takes no texts", dead: true },
  "30007": { says: "filtered by the carrier as unwanted" },
  "30008": { says: "the carrier gives no reason" },
  "30022": { says: "more texts than the carrier allows in this time" },
  "30023": { says: "more texts than the carrier allows in a day", fault: `${TO_THE_US}: the daily limit of the registered campaign is reached. Ask the provider for a higher one.` },
  "30032": { says: "the toll-free number is not verified", fault: `${TO_THE_US}: the toll-free number is not verified (error 30032). Verify it with the provider.` },
  "30034": { says: "the sending number is not registered (A2P 10DLC)", fault: `${TO_THE_US}: the sending number is not registered (A2P 10DLC, error 30034). Register a brand and a campaign with the provider, and put the number into the campaign's messaging service.` },
};

/** The recipient replied STOP to the sender: the provider keeps texts from them. */
const STOPPED = "21610";

export function failureOf(status: string, code: string | undefined): Report {
  if (code === STOPPED) return { kind: "stopped", why: `${status} ${code}: the recipient wants no texts` };
  const failure = code !== undefined && Object.hasOwn(FAILURES, code) ? FAILURES[code] : undefined;
  const why = reportable([status, code === undefined ? undefined : `${code.slice(0, 20)}${failure === undefined ? "" : `: ${failure.says}`}`].filter(Boolean).join(" "));
  return { kind: "failed", addressDead: failure?.dead === true, why, ...(failure?.fault !== undefined && { fault: failure.fault }) };
}

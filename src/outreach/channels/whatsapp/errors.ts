import type { Outcome } from "../../core/outcome.ts";

type Refused = Extract<Outcome, { kind: "refused" }>;
type Verdict = Pick<Refused, "permanent" | "scope"> & { readonly says?: string };

/** An error as the vendor words it. */
interface SaidError {
  readonly code: number;
  readonly subcode: number | undefined;
  readonly says: string;
}

const THEM: Verdict = { permanent: true, scope: "address" };
const THIS_ONE: Verdict = { permanent: true, scope: "message" };
const OURS: Verdict = { permanent: true, scope: "provider" };
const LATER: Verdict = { permanent: false, scope: "provider" };

/**
 * What the codes of refused requests mean: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes.
 * No code says that a number will never be on WhatsApp, so none ends messages to it for ever.
 */
const OF_REQUESTS: Readonly<Record<number, Verdict>> = {
  // Nothing arrives there: 131026 not on WhatsApp or not able to take it, 131021 our own number, 130497 a country that we may not write to.
  131026: THEM, 131021: THEM, 130497: THEM,
  // The vendor keeps it from them: 130472 its experiment, 131049 its measure of how much people want, 131050 they wanted no more of ours.
  130472: THEM, 131049: THEM, 131050: THEM,
  // Too much at once to this one person; others may have theirs.
  131056: { permanent: false, scope: "address" },
  // Too much at once: 4 the app, 80007 the account, 130429 the number, 131048 what people complained of; 131057 an account in maintenance.
  4: LATER, 80007: LATER, 130429: LATER, 131048: LATER, 131057: LATER,
  // This message: 100, 131008 and 131009 its form, 131047 no template where one is needed, 131051 its type.
  100: THIS_ONE, 131008: THIS_ONE, 131009: THIS_ONE, 131047: THIS_ONE, 131051: THIS_ONE,
  // The template in this language: another message may go in another. What follows is the same for all of 132xxx.
  132000: { ...THIS_ONE, says: "the template takes another number of parameters: correct `parameters`" },
  132001: { ...THIS_ONE, says: "there is no approved template of this name in this language: correct `template` and `languages`" },
  132015: { ...THIS_ONE, says: "the template is paused, because people complained of it" },
  132016: { ...THIS_ONE, says: "the template is disabled, because people complained of it: have another approved" },
  // Our token, number or account.
  0: OURS, 3: OURS, 10: OURS, 33: OURS, 131005: OURS, 131045: OURS, 133010: OURS,
  190: { ...OURS, says: "the access token is not valid any more: make a new one" },
  368: { ...LATER, says: "the account is blocked for a time, for a violation of policy" },
  131030: { ...OURS, says: "the sender is a test number, which writes to the numbers on its list alone" },
  131031: { ...OURS, says: "the account is locked: see the vendor's business support" },
  131037: { ...OURS, says: "the number's display name is not approved yet" },
  131042: { ...OURS, says: "the account's payment method is missing or refused: mend it with the vendor" },
};

/** "Object does not exist, or you have no permission": of the sending number, not of what is sent. */
const NO_SUCH_OBJECT = 33;

/** 1 "invalid request or possible server error", 131000 "something went wrong": they do not say which. */
const MAY_BE_EITHER: ReadonlySet<number> = new Set([1, 131000]);

/** Whether an answer that is no yes is a no. A failing server, or a proxy in between, says nothing of what was taken. */
export function isCertain(status: number, code: number | undefined): boolean {
  if (code !== undefined && MAY_BE_EITHER.has(code)) return false;
  if (status < 500) return true;
  return code !== undefined && (status === 503 || verdictOf(code) !== undefined);
}

/** A refusal by its HTTP status and the vendor's code. */
export function refusedWith(status: number, error: SaidError | undefined): Refused {
  const { says, ...verdict } = (error && (error.code === 100 && error.subcode === NO_SUCH_OBJECT ? OURS : verdictOf(error.code))) ?? byStatus(status);
  return { kind: "refused", ...verdict, code: error?.code ?? status, response: [status, error?.code, says ?? error?.says ?? "without a reason"].filter((part) => part !== undefined).join(" ") };
}

function verdictOf(code: number): Verdict | undefined {
  if (Object.hasOwn(OF_REQUESTS, code)) return OF_REQUESTS[code];
  if (code >= 200 && code < 300) return OURS;
  return code >= 132_000 && code < 133_000 ? THIS_ONE : undefined;
}

function byStatus(status: number): Verdict {
  if (status === 400) return THIS_ONE;
  return { permanent: status < 500 && status !== 429 && status !== 408, scope: "provider" };
}

import type { Outcome } from "../../../core/outcome.ts";

type Refused = Extract<Outcome, { kind: "refused" }>;
type Verdict = Pick<Refused, "permanent" | "scope"> & { readonly suppress?: "bounce" | "stop"; readonly says?: string };

const DEAD: Verdict = { permanent: true, scope: "address", suppress: "bounce" };
const OURS: Verdict = { permanent: true, scope: "provider" };
const THIS_ONE: Verdict = { permanent: true, scope: "message" };

/**
 * What the codes of refused requests mean: https://www.twilio.com/docs/api/errors. The vendor refines them now and then; one that
 * is not here is taken for a refusal of this one text, which then takes another way.
 */
const OF_REQUESTS: Readonly<Record<number, Verdict>> = {
  // No such number, or none that takes texts: 21211 invalid, 21214 not reachable, 21217 not valid, 21614 not a mobile, 21635 a landline.
  21211: DEAD, 21214: DEAD, 21217: DEAD, 21614: DEAD, 21635: DEAD,
  // The recipient replied STOP to this sender.
  21610: { permanent: true, scope: "address", suppress: "stop" },
  // This sender cannot reach that number; another may.
  21612: { permanent: true, scope: "address" },
  // 21408 a country that is not switched on, 21602 empty, 21617 too long: this text, by this provider.
  21408: THIS_ONE, 21602: THIS_ONE, 21617: THIS_ONE,
  // Our sender or account: not ours, not able to text, no number in the service, suspended.
  21212: OURS, 21603: OURS, 21606: OURS, 21611: { permanent: false, scope: "provider" }, 21659: OURS, 21660: OURS, 21661: OURS, 21703: OURS, 21704: OURS, 21705: OURS, 30002: OURS,
  20003: OURS, 20005: OURS, 20404: OURS, 20429: { permanent: false, scope: "provider" },
  30032: { ...OURS, says: "the toll-free number is not verified: verify it" },
  30034: { ...OURS, says: "the sending number is not registered for the US (A2P 10DLC): register it" },
};

/** A refusal by its HTTP status and the vendor's code. */
export function refusedWith(status: number, code: number | undefined, message: string): Refused {
  const { says, ...verdict } = (code === undefined ? undefined : OF_REQUESTS[code]) ?? byStatus(status);
  return { kind: "refused", ...verdict, code: code ?? status, response: [status, code, says ?? message].filter((part) => part !== undefined).join(" ") };
}

function byStatus(status: number): Verdict {
  if (status === 400) return THIS_ONE;
  return { permanent: status < 500 && status !== 429 && status !== 408, scope: "provider" };
}

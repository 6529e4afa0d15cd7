import { never } from "../../base/errors.ts";
import { plus } from "../../base/time.ts";
import type { Instant } from "../../base/time.ts";
import { RETRY_NOT_SENT } from "./limits.ts";
import type { Happening } from "./progress.ts";
import { reportable } from "./text.ts";

/** What a provider says of one letter. A transport's own type (../smtp) fits it. `suppress`: nothing will ever arrive at this address, and why. `copyId`: the provider's own name of what it took, by which its reports call it. */
export type Outcome =
  | { readonly kind: "accepted"; readonly response: string; readonly copyId?: string }
  | { readonly kind: "refused"; readonly permanent: boolean; readonly scope: "address" | "message" | "provider"; readonly code: number; readonly response: string; readonly suppress?: "bounce" | "stop" }
  | { readonly kind: "notSent"; readonly because: string; readonly detail: string }
  | { readonly kind: "unknown"; readonly because: string; readonly detail: string };

/** What a provider's 250 proves: that it arrived (the recipients' own server), or that a relay has it. */
export type EvidenceLevel = "final" | "relay";

/** What the ledger makes of the last word on a mail. */
export function happeningOf(outcome: Outcome, provider: { readonly name: string; readonly evidence: EvidenceLevel }, now: Instant): Happening {
  const { name } = provider;
  switch (outcome.kind) {
    case "accepted":
      return { kind: "accepted", provider: name, final: provider.evidence === "final", why: reportable(outcome.response), ...(outcome.copyId !== undefined && { copyId: outcome.copyId }) };
    case "refused":
      if (outcome.scope === "provider") return { kind: "postponed", provider: name, until: plus(now, RETRY_NOT_SENT), why: reportable(outcome.response) };
      return { kind: "refused", provider: name, permanent: outcome.permanent, why: reportable(outcome.response) };
    case "notSent":
      return { kind: "postponed", provider: name, until: plus(now, RETRY_NOT_SENT), why: reportable(`${outcome.because}: ${outcome.detail}`) };
    case "unknown":
      return { kind: "lost", provider: name, why: reportable(`${outcome.because}: ${outcome.detail}`) };
    default:
      return never(outcome);
  }
}

/**
 * Whether another provider may be asked at once: only where it is certain that this one does not have the mail
 * and its answer was not about the address.
 */
export function mayPassOn(outcome: Outcome): boolean {
  if (outcome.kind === "notSent") return true;
  return outcome.kind === "refused" && (outcome.scope === "provider" || (outcome.scope === "message" && outcome.permanent));
}

/** Whether one `send` went badly: most of its mails met the provider's own fault. */
export function sendFailed(outcomes: readonly Outcome[]): boolean {
  const faults = outcomes.filter((outcome) => outcome.kind === "notSent" || outcome.kind === "unknown" || (outcome.kind === "refused" && outcome.scope === "provider"));
  return outcomes.length > 0 && faults.length * 2 > outcomes.length;
}

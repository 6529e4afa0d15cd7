import { never } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import type { Evidence, Standing } from "./model.ts";

/**
 * Where a case stands after a word of evidence about its newest notice. `tellBy` is that notice's deadline.
 * Excused cases stay excused: a fact of the case can reopen them (a new notice), evidence cannot.
 * Told is left only by what came back; a relay's word never weakens a delivery.
 */
export function afterEvidence(standing: Standing, evidence: Evidence, tellBy: Instant): Standing {
  if (standing.kind === "excused") return standing;
  switch (evidence.kind) {
    case "told":
      return standing.kind === "told" ? standing : { kind: "told", messageId: evidence.messageId, at: evidence.at };
    case "handed_over":
      return standing.kind === "told" ? standing : { kind: "handed_over", presumedAt: evidence.presumedAt };
    case "held":
      return standing.kind === "due" ? { kind: "due", until: tellBy, heldWhy: evidence.why } : standing;
    case "reopened":
      return { kind: "due", until: tellBy };
    case "unreachable":
      return { kind: "unreachable", why: evidence.why };
    default:
      return never(evidence);
  }
}

/** The places of guarantee G1's line. Every standing is in exactly one at any moment. */
export type Place = "told" | "presumedTold" | "unreachable" | "excused" | "due";

/** Where a standing counts at `now`: handed over is still due until it may be presumed told. */
export function placeOf(standing: Standing, now: Instant): Place {
  if (standing.kind === "handed_over") return standing.presumedAt <= now ? "presumedTold" : "due";
  return standing.kind;
}

/** Whether the deadline has passed with nothing handed over: what a person must have been paged for. */
export function isOverdue(standing: Standing, now: Instant): boolean {
  return standing.kind === "due" && standing.until <= now;
}

import { invariant } from "../../base/errors.ts";
import type { Instant } from "../../base/time.ts";
import { EXCUSED_REASONS, UNREACHABLE_REASONS, type Standing } from "../core/model.ts";

/** A standing as the table `cases` keeps it. `tell_by` stays when a case is told: a bounce makes it due again by then. */
export interface StandingColumns {
  readonly tellBy: Instant;
  readonly standing: string;
  readonly standingWhy: string | null;
  readonly presumedAt: Instant | null;
  readonly toldMessage: string | null;
  readonly toldAt: Instant | null;
}

export function standingOf(row: StandingColumns): Standing {
  switch (row.standing) {
    case "due":
      return row.standingWhy === null ? { kind: "due", until: row.tellBy } : { kind: "due", until: row.tellBy, heldWhy: row.standingWhy };
    case "handed_over":
      invariant(row.presumedAt !== null, "a case that is handed over to say when it is presumed told");
      return { kind: "handed_over", presumedAt: row.presumedAt };
    case "told":
      invariant(row.toldMessage !== null && row.toldAt !== null, "a told case to name the message that proves it");
      return { kind: "told", messageId: row.toldMessage, at: row.toldAt };
    case "unreachable":
      return { kind: "unreachable", why: oneOf(UNREACHABLE_REASONS, row.standingWhy) };
    default:
      invariant(row.standing === "excused", `a known standing, got ${row.standing}`);
      return { kind: "excused", why: oneOf(EXCUSED_REASONS, row.standingWhy) };
  }
}

export function columnsOf(standing: Standing, tellBy: Instant): StandingColumns {
  const none = { tellBy, standing: standing.kind, standingWhy: null, presumedAt: null, toldMessage: null, toldAt: null };
  switch (standing.kind) {
    case "due":
      return { ...none, tellBy: standing.until, standingWhy: standing.heldWhy ?? null };
    case "handed_over":
      return { ...none, presumedAt: standing.presumedAt };
    case "told":
      return { ...none, toldMessage: standing.messageId, toldAt: standing.at };
    case "unreachable":
    case "excused":
      return { ...none, standingWhy: standing.why };
  }
}

function oneOf<T extends string>(reasons: readonly T[], why: string | null): T {
  const reason = reasons.find((each) => each === why);
  invariant(reason !== undefined, `one of ${reasons.join(", ")}, got ${why}`);
  return reason;
}

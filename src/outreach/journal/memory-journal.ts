import type { Instant } from "../../base/time.ts";
import type { Sent, SentJournal } from "./sent-journal.ts";

/** A journal that ends with its holder: for processes that send nothing, and for the simulator, which keeps it as a disk would. */
export function memoryJournal(): SentJournal {
  const claims = new Map<string, { since: Instant; sent: Sent[] }>();
  return {
    note(claimId, sent, now) {
      const claim = claims.get(claimId) ?? { since: now, sent: [] };
      claim.sent.push(sent);
      claims.set(claimId, claim);
    },
    settle: (claimId) => void claims.delete(claimId),
    unrecorded: (before) => [...claims].filter(([, claim]) => claim.since < before).map(([claimId, { since, sent }]) => ({ claimId, since, sent })),
  };
}

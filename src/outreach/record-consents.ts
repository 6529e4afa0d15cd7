import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { Instant } from "../base/time.ts";
import { addressHash } from "./core/addresses.ts";
import { insertConsents } from "./store/consents.ts";
import { reopenNoticesFor } from "./store/notices.ts";

/** What somebody said about being written to over a channel, and how it is known. */
export interface Consent {
  readonly channel: string;
  readonly address: string;
  /** False: they took it back. */
  readonly given: boolean;
  readonly at: Instant;
  /** The words that they agreed to, or with which they took it back. */
  readonly wording: string;
  /** Where they said so: the name of a form, a call, a file. */
  readonly source: string;
}

/**
 * Keeps who agreed to service messages, when and to which words; consent to marketing is none of these. What was kept
 * before is not kept twice. What could not be said for want of it looks for a way once more. A STOP is stronger than any consent: its sender alone takes it back. Returns how many were new.
 */
export async function recordConsents(ports: Ports, store: StoreId, by: string, consents: readonly Consent[]): Promise<number> {
  const now = ports.clock.now();
  const rows = consents.map(({ address, ...consent }) => {
    const hash = addressHash(consent.channel, address);
    return { ...consent, id: uuidOf("consent", store, consent.channel, hash, String(consent.given), consent.at), addressHash: hash, recordedBy: by };
  });
  const given = Map.groupBy(rows.filter((row) => row.given), ({ channel }) => channel);
  return ports.db.transaction(async (tx) => {
    const recorded = await insertConsents(tx, store, rows, now);
    for (const [channel, own] of given) await reopenNoticesFor(tx, store, channel, own.map(({ addressHash: hash }) => hash));
    return recorded;
  });
}

import { createHash } from "node:crypto";
import type { Tx } from "../base/db.ts";
import { uuidOf } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import type { Instant } from "../base/time.ts";
import { appendEvidence, lastEvidence } from "./store/evidence.ts";

/** The source of mails that came back: bounces, complaints, replies. */
export const MAIL_SOURCE = "mail";

/**
 * Keeps a mail or a provider's events byte for byte. When it returns they are committed and may be acknowledged;
 * what arrives again (the same body, or the same `identity` where one is given) is recognised for ever. Returns whether it was new.
 */
export async function acceptEvidence(ports: Ports, store: StoreId, source: string, body: Uint8Array, identity: string | Uint8Array = body): Promise<boolean> {
  const dedupeKey = createHash("sha256").update(identity).digest("hex");
  const id = uuidOf("evidence", store, source, dedupeKey);
  return appendEvidence(ports.db, store, { id, source, dedupeKey, body }, ports.clock.now());
}

/** When a mail out of the Reply-To or the bounce mailbox last reached us: the proof that somebody hands them on. */
export function lastMailBack(tx: Tx, store: StoreId): Promise<Instant | undefined> {
  return lastEvidence(tx, store, MAIL_SOURCE);
}

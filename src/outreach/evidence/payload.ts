import { readJson } from "../../intake/index.ts";
import type { EvidenceRead, ReportedMessage } from "../core/evidence.ts";

/** The JSON of a body, read as strictly as a source's; undefined when it is none. */
export function parseJson(body: Uint8Array): unknown {
  const json = readJson(body);
  return json.ok ? json.value.value : undefined;
}

/** Something that no release so far reads: what is wrong with it, and what the store can do. */
export function unreadable(what: string): EvidenceRead {
  return { kind: "unreadable", why: `${what}: it is kept; report it with its id, and requeue it after the upgrade that reads it` };
}

// Every Message-ID of ours is printable ASCII, and PostgreSQL takes no NUL in a text.
const MESSAGE_ID = /^<?([\x21-\x3b\x3d\x3f-\x7e]{1,300})>?$/;

/** A Message-ID as a provider gives it back, without its angle brackets; undefined when it cannot be one of ours. */
export function messageIdIn(text: string | undefined): string | undefined {
  return MESSAGE_ID.exec(text?.trim() ?? "")?.[1];
}

/** How a report's message is found; undefined when nothing names it. */
export function foundBy(rfcId: string | undefined, address: string | undefined): Pick<ReportedMessage, "rfcId" | "address"> | undefined {
  if (rfcId === undefined && !address) return undefined;
  return { ...(rfcId !== undefined && { rfcId }), ...(address && { address: address.toLowerCase() }) };
}

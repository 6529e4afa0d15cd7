/**
 * One thing that was found about how a store's mails are received. `unknown`: it could not be looked at, and is no pass.
 * A problem needs a person; a remark is worth knowing.
 */
export interface SenderFinding {
  readonly kind: "well" | "remark" | "problem" | "unknown";
  /** What was found, and why it matters. */
  readonly what: string;
  /** The record to publish, word for word. */
  readonly publish?: string;
}

/** A TXT record as the panel of a DNS host asks for it. */
export function txtRecord(name: string, text: string): string {
  return `${name}  TXT  "${text}"`;
}

export function unasked(what: string, why: string): SenderFinding {
  return { kind: "unknown", what: `DNS could not be asked for ${what}: ${why}. Nothing is known about it; run this again where DNS answers.` };
}

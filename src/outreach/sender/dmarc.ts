import { err, ok, type Result } from "../../base/result.ts";
import type { AlignmentMode } from "./domains.ts";
import { readTagList } from "./tag-list.ts";

const POLICIES = ["none", "quarantine", "reject"] as const;
export type DmarcPolicy = (typeof POLICIES)[number];

/** A DMARC record, as far as it decides what becomes of mail. */
export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  /** For the subdomains of the domain where the record stands. */
  readonly subdomainPolicy: DmarcPolicy;
  readonly adkim: AlignmentMode;
  readonly aspf: AlignmentMode;
  /** Whether somebody is told what receivers saw. */
  readonly isReported: boolean;
}

/** Whether a TXT record is one of DMARC; others are passed over (RFC 7489 section 6.6.3). */
export function isDmarc(text: string): boolean {
  return /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/**
 * Reads a DMARC record (RFC 7489 section 6.3). Unknown tags are passed over; the error says why receivers would void it.
 * A policy that cannot be read counts as `none` where reports are asked for (section 6.6.3), and is an error all the same.
 */
export function parseDmarc(text: string): Result<DmarcRecord, string> {
  const tags = readTagList(text);
  if (!tags.ok) return tags;
  const policyIn = (tag: string): DmarcPolicy | undefined => POLICIES.find((each) => each === tags.value.get(tag)?.toLowerCase());
  const policy = policyIn("p");
  if (policy === undefined) return err(tags.value.has("p") ? `its policy p=${tags.value.get("p")} is none of ${POLICIES.join(", ")}` : "it has no policy (p=)");
  for (const tag of ["adkim", "aspf"]) {
    const mode = tags.value.get(tag);
    if (mode !== undefined && !/^[rs]$/i.test(mode)) return err(`${tag}=${mode} is neither r nor s`);
  }
  if (tags.value.has("sp") && policyIn("sp") === undefined) return err(`its policy sp=${tags.value.get("sp")} is none of ${POLICIES.join(", ")}`);
  const modeOf = (tag: string): AlignmentMode => (tags.value.get(tag)?.toLowerCase() === "s" ? "s" : "r");
  return ok({ policy, subdomainPolicy: policyIn("sp") ?? policy, adkim: modeOf("adkim"), aspf: modeOf("aspf"), isReported: (tags.value.get("rua") ?? "") !== "" });
}

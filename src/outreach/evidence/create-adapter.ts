import { Refusal } from "../../base/errors.ts";
import type { EvidenceAdapter } from "../core/evidence.ts";
import { EVIDENCE } from "./registry.ts";

/** What `type` of a configured event webhook may be. */
export const EVIDENCE_TYPES: readonly string[] = EVIDENCE.map(({ manifest }) => manifest.type);

/** An event webhook from its configuration. Throws a ZodError with paths within `config`, or a Refusal for a type that is not known. */
export function createEvidenceAdapter(type: string, config: unknown): EvidenceAdapter {
  const adapter = EVIDENCE.find(({ manifest }) => manifest.type === type);
  if (adapter) return adapter.create(config);
  throw new Refusal({ code: "evidence_configuration", status: 400, what: `There is no type of event webhook "${type}".`, next: `Known types: ${EVIDENCE_TYPES.join(", ")}.` });
}

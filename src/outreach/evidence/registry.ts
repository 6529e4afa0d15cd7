import type { z } from "zod";
import { Refusal } from "../../base/errors.ts";
import type { EvidenceAdapter } from "../core/evidence.ts";
import * as sendgrid from "./sendgrid.ts";

/** What a provider's file says of itself. */
interface EvidenceManifest {
  /** What `type` of a configured webhook names. */
  readonly type: string;
  readonly title: string;
  readonly config: z.ZodType;
}

interface RegisteredAdapter {
  readonly manifest: EvidenceManifest;
  create(config: unknown): EvidenceAdapter;
}

function registered<Schema extends z.ZodType>(file: { manifest: EvidenceManifest & { readonly config: Schema }; create: (config: z.output<Schema>) => EvidenceAdapter }): RegisteredAdapter {
  return { manifest: file.manifest, create: (config) => file.create(file.manifest.config.parse(config)) };
}

/** Every mail provider whose events can be read. A new one is a file and a line. */
const EVIDENCE_ADAPTERS: readonly RegisteredAdapter[] = [registered(sendgrid)];

/** An event webhook from its configuration. Throws a ZodError with paths within `config`, or a Refusal for a type that is not known. */
export function createEvidenceAdapter(type: string, config: unknown): EvidenceAdapter {
  const adapter = EVIDENCE_ADAPTERS.find(({ manifest }) => manifest.type === type);
  if (adapter) return adapter.create(config);
  const known = EVIDENCE_ADAPTERS.map(({ manifest }) => manifest.type).join(", ");
  throw new Refusal({ code: "evidence_configuration", status: 400, what: `There is no type of event webhook "${type}".`, next: `Known types: ${known}.` });
}

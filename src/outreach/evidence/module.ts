import type { z } from "zod";
import type { EvidenceAdapter } from "../core/evidence.ts";

/** What a provider's folder says of itself. */
interface EvidenceManifest {
  /** What `type` of a configured webhook names; also the name of the provider's folder. */
  readonly type: string;
  readonly title: string;
  /** What a store configures under `evidence`. */
  readonly config: z.ZodType;
}

/** What the `index.ts` of a provider's folder exports as `evidence`; the generated registry lists them. */
export interface EvidenceModule {
  readonly manifest: EvidenceManifest;
  /** Throws a ZodError whose paths are those of `config`. */
  create(config: unknown): EvidenceAdapter;
}

/** A module whose `create` gets its configuration as its own schema reads it. */
export function evidenceModule<Schema extends z.ZodType>(
  manifest: EvidenceManifest & { readonly config: Schema },
  create: (config: z.output<Schema>) => EvidenceAdapter,
): EvidenceModule {
  return { manifest, create: (config) => create(manifest.config.parse(config)) };
}

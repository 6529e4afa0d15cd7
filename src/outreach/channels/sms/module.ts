import type { z } from "zod";
import type { Transport } from "../../provider.ts";
import type { ChannelSetup } from "../module.ts";

/** A text to one number. */
export interface TextLetter {
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** The message's own id, under which reports of it come back. */
  readonly rfcId: string;
}

interface TextProviderManifest {
  /** What `type` of a configured provider names; also the name of its folder. */
  readonly type: string;
  readonly title: string;
  /** What a store configures under `channels.sms.providers`, beside `name` and `type`. */
  readonly config: z.ZodType;
}

/** A provider, ready to carry texts. */
export interface TextCarrier {
  readonly transport: Transport<TextLetter>;
  /** What a person should look at before texts leave, each with what to do. */
  readonly remarks: readonly string[];
}

/** What the `index.ts` of a provider's folder exports as `provider`; the generated registry lists them. */
export interface TextProviderModule {
  readonly manifest: TextProviderManifest;
  /** Throws a ZodError whose paths are those of `config`. */
  create(config: unknown, setup: ChannelSetup): TextCarrier;
}

/** A module whose `create` gets its configuration as its own schema reads it. */
export function textProviderModule<Schema extends z.ZodType>(
  manifest: TextProviderManifest & { readonly config: Schema },
  create: (config: z.output<Schema>, setup: ChannelSetup) => TextCarrier,
): TextProviderModule {
  return { manifest, create: (config, setup) => create(manifest.config.parse(config), setup) };
}

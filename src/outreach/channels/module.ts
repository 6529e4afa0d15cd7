import type { z } from "zod";
import type { Milliseconds } from "../../base/time.ts";
import type { Channel } from "../channel.ts";
import type { Provider } from "../provider.ts";
import type { Said } from "../said.ts";

/** What a store has for its channels to be made of. */
export interface ChannelSetup {
  /** As customers know it. */
  readonly storeName: string;
  /** A provider's answer is waited for this long: a send must be over before its lease is. */
  readonly answerWithin: Milliseconds;
  /** Its mail servers, from `mail.providers`. */
  readonly mailServers: readonly Provider[];
  /** The address that reports of a configured event webhook are sent to. */
  reportsTo(evidence: string): string;
}

/** What a channel's folder says of itself. */
interface ChannelManifest {
  /** What `channels` of a playbook and of the configuration call it; also the name of its folder. */
  readonly name: string;
  readonly title: string;
  /** How a customer's page says that words went this way, in each language that it speaks. */
  readonly said: Readonly<Record<"en" | "de" | "fr", string>>;
  /** What a store configures under `channels.<name>`; left out where its settings stand elsewhere and every store has it. */
  readonly config?: z.ZodType;
  /** What its reader sees where that is not the mail's subject and text; undefined where the playbook has no words for it. */
  readonly says?: (said: Said) => string | undefined;
}

/** What the `index.ts` of a channel's folder exports as `channel`; the generated registry lists them. */
export interface ChannelModule {
  readonly manifest: ChannelManifest;
  /** Throws a ZodError whose paths are those of `config`. */
  create(config: unknown, setup: ChannelSetup): Channel;
}

/** A module whose `create` gets its configuration as its own schema reads it. */
export function channelModule<Schema extends z.ZodType, Letter>(
  manifest: ChannelManifest & { readonly config: Schema },
  create: (config: z.output<Schema>, setup: ChannelSetup) => Channel<Letter>,
): ChannelModule {
  return { manifest, create: (config, setup) => create(manifest.config.parse(config), setup) };
}

import { Refusal } from "../../base/errors.ts";
import type { Channel } from "../channel.ts";
import type { ChannelModule, ChannelSetup } from "./module.ts";
import { CHANNELS } from "./registry.ts";

/** The channels that a store configures beside those that every store has. */
export const CONFIGURED_CHANNELS: readonly string[] = CHANNELS.flatMap(({ manifest }) => (manifest.config ? [manifest.name] : []));

/** How a customer's page says that words went over a channel; undefined of what is none. */
export function channelInWords(name: string, language: keyof ChannelModule["manifest"]["said"]): string | undefined {
  return CHANNELS.find(({ manifest }) => manifest.name === name)?.manifest.said[language];
}

/** One configured channel. Throws a ZodError with paths within its settings, or a Refusal for a name that is not known. */
export function createChannel(name: string, config: unknown, setup: ChannelSetup): Channel {
  const module = CHANNELS.find(({ manifest }) => manifest.name === name && manifest.config !== undefined);
  if (module) return module.create(config, setup);
  throw new Refusal({ code: "channel_configuration", status: 400, what: `There is no channel "${name}" to configure.`, next: `Known channels: ${CONFIGURED_CHANNELS.join(", ")}.` });
}

/** A store's ways to people: those that every store has, then those that it configured. What it did not configure is nobody's address. */
export function createChannels(configured: Readonly<Record<string, unknown>>, setup: ChannelSetup): readonly Channel[] {
  const everywhere = CHANNELS.filter(({ manifest }) => manifest.config === undefined).map((module) => module.create(undefined, setup));
  return [...everywhere, ...Object.entries(configured).map(([name, config]) => createChannel(name, config, setup))];
}

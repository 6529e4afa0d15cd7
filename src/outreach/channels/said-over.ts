import { fill } from "../../words/index.ts";
import type { Said } from "../said.ts";
import { CHANNELS } from "./registry.ts";

/** A message as its reader sees it. */
interface SeenWords {
  /** Where the channel shows one. */
  readonly subject?: string;
  readonly text: string;
}

/** What a channel shows of a message, whether or not the store has it configured still. A text's way to end texts is left out. */
export function saidOver(channel: string, said: Said): SeenWords {
  const own = CHANNELS.find(({ manifest }) => manifest.name === channel)?.manifest.says;
  if (own) return { text: own(said) ?? "(its playbook has no words for this channel)" };
  return { subject: fill(said.words.subject, said.values, "text"), text: fill(said.words.text, said.values, "text").trimEnd() };
}

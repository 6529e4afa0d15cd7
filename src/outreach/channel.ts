import { invariant } from "../base/errors.ts";
import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import type { Message, OutreachSettings } from "./core/model.ts";
import type { Provider } from "./provider.ts";
import type { Said } from "./said.ts";

/** A message with everything that its letter is made from. */
export interface Spoken {
  readonly message: Message;
  readonly said: Said;
  readonly order: OrderView;
  readonly settings: OutreachSettings;
}

/**
 * A way to reach people, ready to work for one store: made by `create` of its folder in `channels/`.
 * A letter is what its providers carry: a mail, a text, a request.
 */
export interface Channel<Letter = unknown> {
  /** In the ledger, and in a playbook's `channels`. */
  readonly name: string;
  /** In order of preference. */
  readonly providers: readonly Provider<Letter>[];
  /** Whether it is used only for those who agreed to it, in words that are kept (`consents`). */
  readonly needsConsent: boolean;
  /** Where an order's person is reached, always written the same way; undefined where they have no such address. */
  addressOf(order: OrderView): string | undefined;
  /** What is wrong with an address that a consent names, where orders could never have one written so. */
  wrongAddress?(written: string): string | undefined;
  /** When a message may leave at the earliest: `at`, or the end of its recipient's quiet hours. The order is missing once it is gone. */
  allowedAt(at: Instant, order: OrderView | undefined, settings: OutreachSettings): Instant;
  /** What a person should look at before anything leaves over it, each with what to do. */
  readonly remarks?: readonly string[];
  /** What writes the letters of a batch; it may look up once what they share. It throws where one cannot be written. */
  writer(tx: Tx, store: StoreId, messages: readonly Message[]): Promise<(spoken: Spoken, now: Instant) => Letter>;
}

/** The channel through which everybody with an address is written to first, whatever else a store has. */
export const MAIL = "email";

/** A store's channel by its name. */
export function channelNamed(channels: readonly Channel[], name: string): Channel {
  const channel = channels.find((each) => each.name === name);
  invariant(channel, `the channel ${name} to be one of the store's: ${channels.map((each) => each.name).join(", ")}`);
  return channel;
}

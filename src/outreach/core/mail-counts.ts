import { countedDomain } from "./mailbox-domains.ts";
import type { Message, MessageState, Progress } from "./model.ts";
import type { Outcome } from "./outcome.ts";

/**
 * What is counted of mail. `accepted`: a provider took it, once for each message. `refused`: a provider's final no.
 * `deferred`: a "not now", of a provider or, in a report, of the recipient's own server; once for each answer.
 * `delivered`: arrival was proved. `bounced`: it came back after it was accepted. `complained`: its recipient called it spam, once for each address.
 */
export const MAIL_KINDS = ["accepted", "refused", "deferred", "delivered", "bounced", "complained"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
export type MailCounts = Readonly<Record<MailKind, number>>;

/** One thing that happened to one message at a provider. */
export interface Happened {
  readonly message: Message;
  readonly provider: string | null;
  readonly kind: MailKind;
}

/** What a provider's own answer to a mail counts as. One that did not arrive, or was never answered, is none. */
export function answered(outcome: Outcome): "refused" | "deferred" | undefined {
  if (outcome.kind !== "refused") return undefined;
  return outcome.permanent && outcome.scope !== "provider" ? "refused" : "deferred";
}

const TAKEN: readonly MessageState[] = ["accepted", "delivered", "bounced"];

/** What a change of state counts as. No state is entered twice, so a repetition counts as nothing. */
export function happenedBy(message: Message, to: Progress): readonly Happened[] {
  const of = (kind: MailKind): Happened => ({ message, provider: to.provider, kind });
  // What came back, or arrived, had been taken, even where nobody heard the answer.
  const taken = TAKEN.includes(to.state) && !TAKEN.includes(message.state) ? [of("accepted")] : [];
  const became = to.state !== message.state && (to.state === "delivered" || to.state === "bounced") ? [of(to.state)] : [];
  return [...taken, ...became];
}

export const NO_MAIL: MailCounts = { accepted: 0, refused: 0, deferred: 0, delivered: 0, bounced: 0, complained: 0 };

export function sumOf(all: readonly MailCounts[]): MailCounts {
  const sum = { ...NO_MAIL };
  for (const counts of all) for (const kind of MAIL_KINDS) sum[kind] += counts[kind];
  return sum;
}

/** Mail of one provider to one counted domain. */
export interface CountedMail extends MailCounts {
  readonly provider: string;
  readonly domain: string;
}

/** Where no provider is known: a person says that it was sent, or its sender died before it could say so. */
export const UNKNOWN_PROVIDER = "unknown";

/** All that happened, one row for each provider and domain, in the order in which rows are locked. */
export function tallyOf(happened: readonly Happened[]): readonly CountedMail[] {
  const rows = new Map<string, { provider: string; domain: string } & Record<MailKind, number>>();
  for (const { message, provider, kind } of happened) {
    const of = { provider: provider ?? UNKNOWN_PROVIDER, domain: countedDomain(message.address) };
    const key = JSON.stringify([of.provider, of.domain]);
    const row = rows.get(key) ?? { ...of, ...NO_MAIL };
    rows.set(key, row);
    row[kind] += 1;
  }
  return [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

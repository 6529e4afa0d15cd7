import { MIN_SHOWN, answersIn } from "./deliverability.ts";
import type { MailRates, RatedMail } from "./deliverability.ts";
import { OTHERS } from "./mailbox-domains.ts";

/** Fewer than this many bounces, complaints or deferrals are chance, whatever share they make. */
const MIN_EVENTS = 3;
/** What is usual is known from this many answers on. */
const MIN_USUAL = 100;
/** Far above its own usual: this many times as much. */
const FAR_ABOVE = 3;

type Watched = Exclude<keyof MailRates, "delivered">;

interface Rule {
  readonly rate: Watched;
  readonly did: string;
  /** What is published as a limit, and by whom. */
  readonly limit?: { readonly at: number; readonly says: string };
  /** Below this share nothing is far above anything. */
  readonly floor: number;
  readonly next: string;
}

const RULES: readonly Rule[] = [
  {
    rate: "complained",
    did: "was marked as spam",
    // https://support.google.com/a/answer/81126 and https://senders.yahooinc.com/best-practices: below 0.1 %, and never 0.3 %.
    limit: { at: 0.003, says: "Google's and Yahoo's sender guidelines set the limit at 0.3 %" },
    floor: 0.001,
    next: "Each one opened a task for support: see which notices people do not want.",
  },
  {
    rate: "bounced",
    did: "bounced or was refused",
    // What large mail services publish of their reviews: from 5 % on a sender is looked at, from 10 % on it may be stopped.
    limit: { at: 0.05, says: "large mail services put a sender under review at 5 %" },
    floor: 0.02,
    next: "See whether the shop's addresses are real; where they are, the provider's log holds what the servers answered.",
  },
  {
    rate: "deferred",
    did: "was put off with \"not now\"",
    floor: 0.1,
    next: "It is tried again by itself. Look at what `makegood doctor` finds in DNS, and at the provider's own status.",
  },
];

/** What a person should look at, in plain words: where a rate is above a published limit, or far above what it was before. */
export function findingsOf(what: "provider" | "domain", now: readonly RatedMail[], before: ReadonlyMap<string, RatedMail>, days: number): readonly string[] {
  return now.flatMap((mail) => RULES.flatMap((rule) => findingOf(what, mail, before.get(mail.name), rule, days) ?? []));
}

function findingOf(what: "provider" | "domain", mail: RatedMail, before: RatedMail | undefined, rule: Rule, days: number): string | undefined {
  const rate = mail.rates[rule.rate];
  if (rate === null || eventsOf(mail, rule.rate) < MIN_EVENTS || answersIn(mail) < MIN_SHOWN) return undefined;
  const why = reasonFor(rate, rule, before);
  if (why === undefined) return undefined;
  const of = what === "provider" ? `mail through ${mail.name}` : `mail to ${mail.name === OTHERS ? "all other domains" : mail.name}`;
  return `${percent(rate)} of ${of} ${rule.did} (${eventsOf(mail, rule.rate)} times in ${days} ${days === 1 ? "day" : "days"}): ${why}. ${rule.next}`;
}

function reasonFor(rate: number, { rate: kind, limit, floor }: Rule, before: RatedMail | undefined): string | undefined {
  if (limit && rate >= limit.at) return limit.says;
  const usual = before === undefined || answersIn(before) < MIN_USUAL ? null : before.rates[kind];
  return usual !== null && rate >= floor && rate >= FAR_ABOVE * usual ? `usually it is ${percent(usual)}` : undefined;
}

function eventsOf({ complained, bounced, refused, deferred }: RatedMail, rate: Watched): number {
  return { complained, bounced: bounced + refused, deferred }[rate];
}

/** With one decimal, two below one percent: limits are that small. */
export function percent(rate: number): string {
  return `${(rate * 100).toFixed(rate < 0.01 && rate > 0 ? 2 : 1)} %`;
}

import { MAIL_KINDS, sumOf } from "./mail-counts.ts";
import type { CountedMail, MailCounts } from "./mail-counts.ts";
import { OTHERS } from "./mailbox-domains.ts";

/** A domain whose servers, or whose providers', answered less often than this in the window is shown among the others: its rates would be chance. */
export const MIN_SHOWN = 20;

/**
 * Shares between 0 and 1, null where there is nothing to divide by. An answer counts on its own day, so that what is proved
 * today may have been accepted before the window; a share is never shown as more than 1.
 */
export interface MailRates {
  /** Of those accepted. Providers that tell of no deliveries prove none. */
  readonly delivered: number | null;
  /** Bounced or refused, of those accepted or refused. */
  readonly bounced: number | null;
  /** Of those accepted. */
  readonly complained: number | null;
  /** Of all answers: a mail may be put off many times. */
  readonly deferred: number | null;
}

/** What became of the mail of one provider, or to one domain. */
export interface RatedMail extends MailCounts {
  readonly name: string;
  readonly rates: MailRates;
}

export interface RatedBoth {
  readonly total: RatedMail;
  readonly providers: readonly RatedMail[];
  readonly domains: readonly RatedMail[];
}

/** How often somebody answered whether a mail is taken. */
export function answersIn({ accepted, refused, deferred }: MailCounts): number {
  return accepted + refused + deferred;
}

export function rated(name: string, counts: readonly MailCounts[]): RatedMail {
  const sum = sumOf(counts);
  const { accepted, refused, deferred, delivered, bounced, complained } = sum;
  const rates: MailRates = {
    delivered: share(delivered, accepted),
    bounced: share(bounced + refused, accepted + refused),
    complained: share(complained, accepted),
    deferred: share(deferred, answersIn(sum)),
  };
  return { name, ...sum, rates };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(1, part / whole);
}

/** Counts by provider and by domain, most mail first and the others last. */
export function rateBoth(rows: readonly CountedMail[]): RatedBoth {
  const byDomain = Map.groupBy(rows, ({ domain }) => domain);
  const shownAs = (domain: string): string => (answersIn(sumOf(byDomain.get(domain) ?? [])) < MIN_SHOWN ? OTHERS : domain);
  return { total: rated("all", rows), providers: rate(Map.groupBy(rows, ({ provider }) => provider)), domains: rate(Map.groupBy(rows, ({ domain }) => shownAs(domain))) };
}

function rate(groups: ReadonlyMap<string, readonly CountedMail[]>): readonly RatedMail[] {
  const all = [...groups].map(([name, rows]) => rated(name, rows)).filter((each) => MAIL_KINDS.some((kind) => each[kind] > 0));
  return all.toSorted((one, other) => Number(one.name === OTHERS) - Number(other.name === OTHERS) || answersIn(other) - answersIn(one) || (one.name < other.name ? -1 : 1));
}

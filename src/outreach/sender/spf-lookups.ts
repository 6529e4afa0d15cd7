import type { Dns } from "./dns.ts";
import { isSpf, parseSpf, type SpfMechanism, type SpfRecord } from "./spf.ts";

/** RFC 7208 section 4.6.4: a record that asks for more is void for every receiver. */
export const MAX_SPF_LOOKUPS = 10;

const ASKING: ReadonlySet<SpfMechanism["name"]> = new Set(["include", "a", "mx", "ptr", "exists"]);

/** What a receiver may have to ask to judge one mail by a record. Counting stops at the first over the limit. */
export interface SpfLookups {
  readonly count: number;
  /** Records that it rests on and that void it, each with the reason. */
  readonly broken: readonly string[];
  /** Records below it that let everybody send. */
  readonly open: readonly string[];
  /** Why it could not be followed to its end. */
  readonly unasked: readonly string[];
}

/** Follows every `include` and `redirect` of a record, each in its turn, and counts as a receiver would. */
export async function countSpfLookups(dns: Dns, record: SpfRecord): Promise<SpfLookups> {
  const walk = new SpfWalk(dns);
  await walk.follow(record);
  return walk;
}

class SpfWalk implements SpfLookups {
  private readonly dns: Dns;
  count = 0;
  readonly broken: string[] = [];
  readonly open: string[] = [];
  readonly unasked: string[] = [];

  constructor(dns: Dns) {
    this.dns = dns;
  }

  // A record that includes itself costs a lookup each time round: the limit ends it.
  async follow({ mechanisms, redirect }: SpfRecord): Promise<void> {
    for (const { name, target } of mechanisms) {
      if (ASKING.has(name)) this.count += 1;
      if (this.count > MAX_SPF_LOOKUPS) return;
      if (name === "include" && target !== undefined) await this.enter(target);
    }
    if (redirect === undefined) return;
    this.count += 1;
    if (this.count <= MAX_SPF_LOOKUPS) await this.enter(redirect);
  }

  private async enter(domain: string): Promise<void> {
    // A macro stands for the sender or the address of one mail.
    if (domain.includes("%")) return void this.unasked.push(`${domain} depends on the mail`);
    const answer = await this.dns.txt(domain);
    if (answer.kind === "unasked") return void this.unasked.push(`${domain}: ${answer.why}`);
    const records = answer.kind === "found" ? answer.records.filter(isSpf) : [];
    const [only, ...others] = records;
    if (only === undefined) return void this.broken.push(`${domain} has no SPF record`);
    if (others.length > 0) return void this.broken.push(`${domain} has ${records.length} SPF records`);
    const parsed = parseSpf(only);
    if (!parsed.ok) return void this.broken.push(`the record of ${domain} is not valid: ${parsed.error.join("; ")}`);
    // What an include's `all` says about the rest is not taken over, but a pass is.
    const last = parsed.value.mechanisms.at(-1);
    if (last?.name === "all" && last.qualifier === "+") this.open.push(domain);
    await this.follow(parsed.value);
  }
}

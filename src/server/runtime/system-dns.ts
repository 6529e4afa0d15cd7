import { Resolver } from "node:dns/promises";
import { SECOND } from "../../base/time.ts";
import type { Dns, DnsAnswer } from "../../outreach/index.ts";

/** A server that stays silent this long is asked once more, then the next one. */
const ANSWER_WITHIN = 3 * SECOND;
const TRIES = 2;

/** What a resolver says when there is nothing of the kind, or when no such name can be. */
const ABSENT: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA", "EBADNAME"]);

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: "no answer in time",
  ECONNREFUSED: "no DNS server takes questions",
  ESERVFAIL: "its DNS servers fail",
  EREFUSED: "the DNS server refuses to answer",
};

/** DNS by the servers that this machine is set to, or by those that are given (`127.0.0.1:53`). */
export function systemDns(servers?: readonly string[]): Dns {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return {
    txt: (name) => answered(async () => (await resolver.resolveTxt(name)).map((strings) => strings.join(""))),
    mx: (name) => answered(async () => (await resolver.resolveMx(name)).map(({ exchange }) => exchange)),
    addresses: async (name) => {
      const four = await answered(() => resolver.resolve4(name));
      return four.kind === "none" ? answered(() => resolver.resolve6(name)) : four;
    },
  };
}

async function answered(ask: () => Promise<readonly string[]>): Promise<DnsAnswer<string>> {
  try {
    const records = await ask();
    return records.length > 0 ? { kind: "found", records } : { kind: "none" };
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    return ABSENT.has(code) ? { kind: "none" } : { kind: "unasked", why: REASONS[code] ?? `the resolver says ${code || String(error)}` };
  }
}

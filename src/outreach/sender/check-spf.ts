import type { Dns } from "./dns.ts";
import { txtRecord, unasked, type SenderFinding } from "./finding.ts";
import { countSpfLookups, MAX_SPF_LOOKUPS, type SpfLookups } from "./spf-lookups.ts";
import { isSpf, parseSpf, type SpfMechanism, type SpfRecord } from "./spf.ts";

const WHY = "Gmail and Yahoo take bulk mail only from domains with a valid SPF record; others put it into spam";

/** What the SPF record of a domain lets receivers make of mail from it. `providers` are those that hand over its mail. */
export async function checkSpf(dns: Dns, domain: string, providers: readonly string[]): Promise<readonly SenderFinding[]> {
  const answer = await dns.txt(domain);
  if (answer.kind === "unasked") return [unasked(`the SPF record of ${domain}`, answer.why)];
  const records = answer.kind === "found" ? answer.records.filter(isSpf) : [];
  const [written, ...others] = records;
  if (written === undefined) {
    return [{ kind: "problem", what: `${domain} has no SPF record: ${WHY}. In place of <…>, write what ${providers.join(" and ")} tells you to include.`, publish: txtRecord(domain, "v=spf1 include:<…> ~all") }];
  }
  if (others.length > 0) {
    return [{ kind: "problem", what: `${domain} has ${records.length} SPF records, which voids all of them (RFC 7208 section 3.2): ${WHY}. Remove them and publish this one.`, publish: txtRecord(domain, merged(records)) }];
  }
  const parsed = parseSpf(written);
  if (!parsed.ok) return [{ kind: "problem", what: `the SPF record of ${domain} is not valid, which voids it: ${parsed.error.join("; ")}. ${WHY}. It reads "${written}"; correct that part.` }];
  const lookups = await countSpfLookups(dns, parsed.value);
  const found = [...lookupFindings(domain, parsed.value, lookups), ...allFindings(domain, written, parsed.value)];
  return found.some(({ kind }) => kind === "problem" || kind === "unknown") ? found : [valid(domain, parsed.value, lookups, providers), ...found];
}

function valid(domain: string, record: SpfRecord, { count }: SpfLookups, providers: readonly string[]): SenderFinding {
  return {
    kind: "well",
    // Where a provider sends from is its own affair: the names are shown and nothing is guessed.
    what: `SPF of ${domain} is valid (${count} of ${MAX_SPF_LOOKUPS} lookups) and lets send: ${named(record)}. Compare with what ${providers.join(" and ")} tells you to include: that cannot be known from here.`,
  };
}

/** Whom a record lets send, in its own words. */
function named({ mechanisms, redirect }: SpfRecord): string {
  return [...mechanisms.filter(({ name }) => name !== "all").map(({ written }) => written), ...(redirect === undefined ? [] : [`redirect=${redirect}`])].join(", ");
}

function lookupFindings(domain: string, record: SpfRecord, { count, broken, open, unasked: why }: SpfLookups): SenderFinding[] {
  return [
    ...(count > MAX_SPF_LOOKUPS
      ? [{ kind: "problem", what: `the SPF record of ${domain} asks receivers for more than ${MAX_SPF_LOOKUPS} lookups, which voids it (RFC 7208 section 4.6.4): ${WHY}. Remove what sends no longer, of: ${named(record)}.` } as const]
      : []),
    ...broken.map((each): SenderFinding => ({ kind: "problem", what: `the SPF record of ${domain} rests on a broken one, which voids it: ${each}. ${WHY}. Correct or remove that name.` })),
    ...open.map((each): SenderFinding => ({ kind: "problem", what: `the SPF record of ${domain} rests on that of ${each}, which lets everybody send (+all). Ask ${each} about it, or remove that name.` })),
    ...(why.length > 0 && count <= MAX_SPF_LOOKUPS ? [unasked(`what the SPF record of ${domain} rests on`, why.join("; "))] : []),
  ];
}

function allFindings(domain: string, written: string, { mechanisms, redirect }: SpfRecord): SenderFinding[] {
  const last = mechanisms.at(-1);
  if (last?.name !== "all") {
    if (redirect !== undefined) return [];
    return [{ kind: "remark", what: `the SPF record of ${domain} does not end in all: mail that others forge in its name is not told apart.`, publish: txtRecord(domain, `${written.trimEnd()} ~all`) }];
  }
  const soft = txtRecord(domain, withSoftAll(written, last));
  switch (last.qualifier) {
    case "+":
      return [{ kind: "problem", what: `the SPF record of ${domain} lets everybody send (${last.written}): it proves nothing, and receivers distrust it.`, publish: soft }];
    case "?":
      return [{ kind: "remark", what: `the SPF record of ${domain} ends in ?all: mail that others forge in its name is not told apart.`, publish: soft }];
    case "-":
    case "~":
      return mechanisms.length === 1 ? [{ kind: "problem", what: `the SPF record of ${domain} lets nobody send ("${written}"): receivers refuse every mail from it, or put it into spam.`, publish: txtRecord(domain, "v=spf1 include:<what your mail provider tells you to include> ~all") }] : [];
  }
}

function withSoftAll(written: string, all: SpfMechanism): string {
  return written.split(" ").map((term) => (term === all.written ? "~all" : term)).join(" ");
}

/** One record that lets send whom any of these does. */
function merged(records: readonly string[]): string {
  const terms = records.flatMap((record) => record.split(" ").slice(1)).filter((term) => term !== "" && !/^[+\-~?]?all$/i.test(term));
  return ["v=spf1", ...new Set(terms), "~all"].join(" ");
}

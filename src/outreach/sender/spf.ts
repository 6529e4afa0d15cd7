import { isIPv4, isIPv6 } from "node:net";
import { err, ok, type Result } from "../../base/result.ts";
import { shortened } from "./tag-list.ts";

const MECHANISMS = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"] as const;
type MechanismName = (typeof MECHANISMS)[number];

export interface SpfMechanism {
  readonly name: MechanismName;
  /** `+` lets pass, `-` fails, `~` fails softly, `?` says nothing. */
  readonly qualifier: "+" | "-" | "~" | "?";
  /** A domain, or a network for ip4 and ip6; absent where the record's own domain is meant. */
  readonly target?: string;
  readonly written: string;
}

/** One SPF record, as far as it decides who may send. */
export interface SpfRecord {
  /** Up to and with `all`: what stands behind it is never read. */
  readonly mechanisms: readonly SpfMechanism[];
  /** Another domain's record that decides; void where there is an `all`. */
  readonly redirect?: string;
}

/** Whether a TXT record is one of SPF (RFC 7208 section 4.5). */
export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

const MODIFIER = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/;
const MECHANISM = /^([+\-~?]?)([A-Za-z0-9_-]+)(.*)$/;
const PREFIXES = /^(.*?)(?:\/(\d{1,3}))?(?:\/\/(\d{1,3}))?$/;
/** RFC 7208 section 7.1: visible letters and macros, */
const MACRO_STRING = /^(?:[!-$&-~]|%[%_-]|%\{[slodiphcrtv]\d*r?[.+,/_=-]*\})+$/i;
/** and a last label or a macro at the end. */
const DOMAIN_END = /(?:\.(?!\d+\.?$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?|\})$/i;
/** A name in DNS is no longer, nor is what a macro stands in. */
const MAX_TERM = 512;

/** Reads an SPF record (RFC 7208 sections 5, 6 and 12). The error says every mistake; one is enough for receivers to void the record. */
export function parseSpf(text: string): Result<SpfRecord, readonly string[]> {
  const mechanisms: SpfMechanism[] = [];
  const modifiers = new Map<string, string>();
  const mistakes: string[] = [];
  for (const term of text.split(" ").slice(1).filter((each) => each !== "")) {
    const [, modifier, value = ""] = MODIFIER.exec(term) ?? [];
    if (term.length > MAX_TERM) mistakes.push(`"${shortened(term)}" is too long`);
    else if (modifier === undefined) {
      const mechanism = readMechanism(term);
      if (typeof mechanism === "string") mistakes.push(mechanism);
      else mechanisms.push(mechanism);
    } else {
      const name = modifier.toLowerCase();
      const isKnown = name === "redirect" || name === "exp";
      if (isKnown && modifiers.has(name)) mistakes.push(`${name} stands twice`);
      if (isKnown && !isDomainSpec(value)) mistakes.push(`"${shortened(term)}" names no domain`);
      modifiers.set(name, value);
    }
  }
  if (mistakes.length > 0) return err(mistakes);
  const all = mechanisms.findIndex(({ name }) => name === "all");
  const redirect = modifiers.get("redirect");
  return ok({ mechanisms: all < 0 ? mechanisms : mechanisms.slice(0, all + 1), ...(all < 0 && redirect !== undefined && { redirect }) });
}

function readMechanism(term: string): SpfMechanism | string {
  const [, sign, written = "", rest = ""] = MECHANISM.exec(term) ?? [];
  const name = MECHANISMS.find((each) => each === written.toLowerCase());
  const wrong = (why: string): string => `"${shortened(term)}" ${why}`;
  if (name === undefined) return wrong(`is not a mechanism: it begins with none of ${MECHANISMS.join(", ")}`);
  const argument = rest.startsWith(":") ? rest.slice(1) : undefined;
  const mechanism = { name, qualifier: (sign || "+") as SpfMechanism["qualifier"], written: term };
  switch (name) {
    case "all":
      return rest === "" ? mechanism : wrong("has something behind `all`");
    case "include":
    case "exists":
      return argument !== undefined && isDomainSpec(argument) ? { ...mechanism, target: argument } : wrong("names no domain");
    case "ptr":
      return rest === "" || (argument !== undefined && isDomainSpec(argument)) ? { ...mechanism, ...(argument !== undefined && { target: argument }) } : wrong("names no domain");
    case "ip4":
    case "ip6":
      return argument !== undefined && isNetwork(name, argument) ? { ...mechanism, target: argument } : wrong(`is not an ${name === "ip4" ? "IPv4" : "IPv6"} network`);
    case "a":
    case "mx": {
      const [, domain = "", four = "0", six = "0"] = PREFIXES.exec(argument ?? rest) ?? [];
      if (Number(four) > 32 || Number(six) > 128) return wrong("has an impossible prefix length");
      if (argument === undefined) return domain === "" ? mechanism : wrong("names no domain");
      return isDomainSpec(domain) ? { ...mechanism, target: domain } : wrong("names no domain");
    }
  }
}

function isDomainSpec(text: string): boolean {
  return MACRO_STRING.test(text) && DOMAIN_END.test(text);
}

function isNetwork(name: "ip4" | "ip6", text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const [isAddress, longest] = name === "ip4" ? [isIPv4(address), 32] : [isIPv6(address) && !address.includes("%"), 128];
  return isAddress && more.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest));
}

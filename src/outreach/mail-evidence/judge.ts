import type { RefusalScope } from "../smtp/outcome.ts";
import { scopeOf } from "../smtp/refusals.ts";
import type { ReportedOutcome, ReportedRecipient } from "./evidence.ts";

/** What a report says of one recipient, in its own words. */
export interface Report {
  readonly address: string;
  /** RFC 3464 2.3.3. */
  readonly action?: string;
  readonly status?: string;
  /** The words of the server that refused; may quote an SMTP reply. */
  readonly diagnostic: string;
  /** What the report tells a human reader about this recipient. */
  readonly notice: string;
  /** What the report is as a whole, where no action is given. */
  readonly final: boolean;
}

interface Wording {
  readonly words: RegExp;
  readonly outcome: "permanent" | "temporary";
  readonly why: string;
}

/** Words that outweigh the codes beside them. First match wins. */
const wordings: readonly Wording[] = [
  {
    words: /null mx|doesn't receive email according to the administrator/i,
    outcome: "permanent",
    why: "RFC 7505: the domain declares that it takes no mail; Gmail reports it as 4.0.0",
  },
  {
    words: /mail ?(?:box|folder|dir)(?: is)? (?:full|over quota)|over ?quota|quota (?:is )?(?:exceeded|full)|exceeded (?:its |the |storage |mailbox )*quota/i,
    outcome: "temporary",
    why: "a mailbox is emptied; many servers say 5xx all the same",
  },
  {
    words: /too many recipients/i,
    outcome: "temporary",
    why: "RFC 5321 4.5.3.1.10: 552 in this case is to be read as 452",
  },
  {
    words: /timed out|timeout exceeded|(?:message|envelope) expired|too long in the queue|in the queue too long|connection refused|not accepting connections|deferred:/i,
    outcome: "temporary",
    why: "nobody refused the mail: the server could not be reached for as long as it was tried",
  },
  {
    words: /(?:frequency|rate|daily|hourly)[a-z ]{0,20}(?:limit|quota)|too many (?:connections|messages|mails)/i,
    outcome: "temporary",
    why: "a limit on how much we send, not on whom we write to",
  },
  {
    words: /(?:currently|temporarily) (?:un|not )available|temporar(?:y|ily) (?:failure|error|rejected|deferred|blocked)|(?:try|retry)(?: again)? later|insufficient (?:system )?(?:storage|disk)|not enough disk space/i,
    outcome: "temporary",
    why: "the server itself says that it passes",
  },
];

/** Words by which a refusal concerns our server or its standing, where the codes alone would blame the address. */
const ABOUT_US = /\bblock(?:ed|list)|black ?list|\brbl\b|dnsbl|\bptr\b|reverse dns|\bspf\b|\bdkim\b|\bdmarc\b|reputation|poor sender|after initial connection|hop count|mail loop|routing loop|(?:connection|client) (?:host )?rejected/i;
/** Words by which it concerns what the mail holds. */
const ABOUT_CONTENT = /\bspam\b|content rejected|attachment|\bvirus\b|message size|too large/i;
const ABOUT_ADDRESS = /user ?unknown|unknown user|no such (?:user|mailbox|recipient)|does(?: not|n't) exist|mailbox (?:unavailable|not found)|invalid recipient/i;

const REPLY_CODE = /(?:^|[^\d.])([2-5]\d\d)(?=[ -](?!\d)|[ -]'?\d\.\d|$)/;
const ENHANCED = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
/** How much of a report is weighed; what decides stands at its start. */
const MAX_WEIGHED = 20_000;
/** How much of a server's words is kept. */
const MAX_SAYS = 500;

/** Decides about one recipient of a report: the words of `wordings` first, then the codes, then the report as a whole. */
export function judge(report: Report): ReportedRecipient {
  const quoted = readCodes(report.diagnostic);
  // A quoted reply is the server's own word; without one the text for humans may hold the reason.
  const words = (quoted.code === undefined ? `${report.diagnostic}\n${report.notice}` : report.diagnostic).slice(0, MAX_WEIGHED);
  const noticed = quoted.code === undefined ? readCodes(report.notice) : quoted;
  const status = quoted.enhanced ?? specific(report.status) ?? noticed.enhanced ?? ENHANCED.exec(report.status ?? "")?.[1];
  const code = quoted.code ?? noticed.code;
  const says = words.replace(/\s+/g, " ").trim().slice(0, MAX_SAYS);
  const outcome = outcomeOf(report, words, status, code);
  const reply = { code: code ?? (outcome === "temporary" ? 450 : 550), ...(status === undefined ? {} : { enhanced: status }), text: says, lines: [] };
  return { address: report.address, outcome, isFinal: outcome === "permanent" || isOver(report), ...(status === undefined ? {} : { status }), scope: scopeByWords(words) ?? scopeOf("recipient", reply), says };
}

/** RFC 3464 2.3.3: only `delayed` is followed by another report, and `relayed` and `expanded` by other servers' own. */
function isOver(report: Report): boolean {
  const action = report.action?.toLowerCase();
  return action === undefined ? report.final : action === "failed" || action === "delivered";
}

function scopeByWords(words: string): RefusalScope | undefined {
  if (ABOUT_ADDRESS.test(words)) return undefined;
  if (ABOUT_US.test(words)) return "provider";
  return ABOUT_CONTENT.test(words) ? "message" : undefined;
}

function outcomeOf(report: Report, words: string, status: string | undefined, code: number | undefined): ReportedOutcome {
  switch (report.action?.toLowerCase()) {
    case "delivered":
      return "delivered";
    case "relayed":
    case "expanded":
      return "relayed";
    case "delayed":
      return "temporary";
  }
  const wording = wordings.find((one) => one.words.test(words));
  if (wording) return wording.outcome;
  // X.2.2 is a full mailbox whatever X.
  if (status?.endsWith(".2.2")) return "temporary";
  // One 4 among the codes is enough: to give up an address wrongly is worse than to try once more.
  if (report.status?.trim().startsWith("4") || status?.startsWith("4") || (code !== undefined && code < 500)) return "temporary";
  if (status?.startsWith("5") || (code !== undefined && code >= 500)) return "permanent";
  return report.final ? "permanent" : "temporary";
}

/** The codes that a text quotes: the first basic one and the first enhanced one of its class. */
function readCodes(text: string): { code?: number; enhanced?: string } {
  const code = REPLY_CODE.exec(text)?.[1];
  const enhanced = ENHANCED.exec(text)?.[1];
  return { ...(code === undefined ? {} : { code: Number(code) }), ...(enhanced === undefined ? {} : { enhanced }) };
}

/** A status that says more than its class. */
function specific(status: string | undefined): string | undefined {
  const code = ENHANCED.exec(status ?? "")?.[1];
  return code?.endsWith(".0.0") ? undefined : code;
}

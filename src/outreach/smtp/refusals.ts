import type { Outcome, OwnRule, RefusalScope } from "./outcome.ts";
import type { Reply } from "./replies.ts";

/** At which command a server said no. */
export type RefusedAt = "connect" | "sender" | "recipient" | "data" | "mail";

type Refused = Extract<Outcome, { kind: "refused" }>;

/** How much of a server's words is kept. */
const MAX_RESPONSE = 1_000;

/** A server's no, as an outcome. */
export function refusedBy(at: RefusedAt, reply: Reply): Refused {
  return {
    kind: "refused",
    permanent: reply.code >= 500,
    scope: scopeOf(at, reply),
    code: reply.code,
    ...(reply.enhanced === undefined ? {} : { enhanced: reply.enhanced }),
    response: reply.text.slice(0, MAX_RESPONSE),
  };
}

const ownRules: Readonly<Record<OwnRule, { scope: RefusalScope; code: number; enhanced: string; response: string }>> = {
  "address-needs-smtputf8": { scope: "address", code: 553, enhanced: "5.6.7", response: "The address needs SMTPUTF8, which this server does not offer" },
  "needs-8bitmime": { scope: "message", code: 554, enhanced: "5.6.3", response: "The mail has 8-bit content, which this server does not take" },
  "too-large": { scope: "message", code: 552, enhanced: "5.3.4", response: "The mail is larger than this server takes" },
  malformed: { scope: "message", code: 554, enhanced: "5.6.0", response: "The mail has a line that could be read as its end" },
};

/** Our own no: this server could not have taken the mail. */
export function refusedByRule(rule: OwnRule): Refused {
  return { kind: "refused", permanent: true, ...ownRules[rule], rule };
}

/**
 * Whom a refusal concerns. The enhanced code (RFC 3463: subject is its second number) outranks the command;
 * where neither tells, blame falls on the provider, because a wrongly blamed address would be given up.
 */
export function scopeOf(at: RefusedAt, reply: Reply): RefusalScope {
  if (reply.code === 421 || at === "connect") return "provider";
  const [, subject, detail] = reply.enhanced?.split(".") ?? [];
  const tooLarge = reply.code === 552 || (subject === "3" && detail === "4");
  // MAIL FROM names no recipient: what is refused there is our sender, or the announced size.
  if (at === "sender") return tooLarge ? "message" : "provider";
  switch (subject) {
    case "1":
      // X.1.7 and X.1.8 are about the sender's address.
      return detail === "7" || detail === "8" ? "provider" : "address";
    case "2":
      return detail === "3" ? "message" : "address";
    case "3":
      return tooLarge ? "message" : "provider";
    case "4":
      return at === "recipient" ? "address" : "provider";
    case "5":
      return "provider";
    case "6":
      return "message";
    case "7":
      return at === "mail" ? "message" : "provider";
    default:
      return scopeByCommand(at, reply.code);
  }
}

function scopeByCommand(at: RefusedAt, code: number): RefusalScope {
  // 452 too much for the server, 454/530/535/538 authentication, 500-504 syntax and sequence: never the address's fault.
  if (code === 452 || code === 454 || (code >= 500 && code <= 504) || (code >= 530 && code <= 538)) return "provider";
  if (code === 552) return at === "recipient" ? "address" : "message";
  if (at === "recipient") return "address";
  return at === "mail" && code >= 500 ? "message" : "provider";
}

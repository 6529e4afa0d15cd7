import { addressIn } from "./fields.ts";

/**
 * How mail systems tell people, in plain text, whose mail did not arrive. Used where the machine-readable report
 * (RFC 3464) is missing. Each introduces the address; the reason follows it.
 */
interface Introduction {
  readonly words: RegExp;
  readonly why: string;
}

const introductions: readonly Introduction[] = [
  { words: /^<(?=[^<>\s@]{1,64}@[^<>\s]{1,253}>[^\n]{0,80}:[ \t]*$)/gm, why: "qmail and its descendants (Yahoo, IndiMail): the address on a line of its own, the reason below" },
  { words: /following address(?:\(es\)|es)?\s{1,4}failed:?/gi, why: "Exim, and the German and Russian providers that run it or copy it" },
  { words: /following recipients?(?:\(s\))? (?:failed(?: permanently)?|has been delayed|could not be reached):?/gi, why: "Gmail's plain text; Exchange's older connectors" },
  { words: /did not reach the following recipient(?:\(s\)|s)?:?/gi, why: "gateways that copy Exchange's wording" },
  { words: /error delivering your mail to/gi, why: "DragonFly Mail Agent" },
  { words: /invalid final delivery userid:/gi, why: "IMail Server" },
  { words: /^target mail address:/gim, why: "a German hoster's own notification" },
  { words: /^delivery failed:/gim, why: "a Japanese hoster's own notification" },
  { words: /not listed in public name & address book/gi, why: "Lotus Notes: the reason stands before the address" },
  { words: /以下のメールアドレスへの送信に失敗しました。?|-------server message\n(?=[^\n]{0,200}<[^<>\s@]{1,64}@)/g, why: "m-FILTER, whose Japanese text often arrives in the wrong character set" },
];

/** Where the notice ends and the returned mail begins: what that says is ours and no report. */
const returnedMail =
  /^(?:[-*_|= ]{2,80}[^\n]{0,40}?\b(?:original message|unsent message|(?:copy of|below is) (?:the|your) (?:original )?message|header of the original|returned message|message text follows)\b[^\n]*|[ \t]{0,8}(?:original message(?: follows)?|message headers follow|bounced e-mail)[.:]?[ \t]{0,8})$|^ {0,8}below is a copy of the original message:/im;

/** How whole mails say that something did not arrive, for good. */
const finalWords =
  /undeliver|(?:not|n't) (?:be )?deliver|unable to deliver|trouble delivering|delivery (?:fail|error)|fail(?:ed|ure) delivery|delivery status notification ?[:(] ?(?:fail|error)|mail (?:delivery )?fail|failure notice|returned mail|mail system error|returning (?:message )?to sender|bounce notification|permanent (?:fatal )?error|problem.? delivering|error sending your mail|rejected recipient|invalid user address|cannot send message/i;
/** Or that it is still tried. */
const delayWords = /delivery status notification \(delay\)|warning message only|has been delayed|will be retried|will continue trying|delivery (?:of your message )?(?:is |has been )?delayed|warning: could not send/i;

/** A plain-text notice, taken apart. */
export interface Notice {
  readonly kind: "final" | "delay";
  readonly text: string;
  /** The returned mail, where the notice quotes it. */
  readonly returned: string;
  readonly recipients: readonly { readonly address: string; readonly section: string }[];
}

/** How many recipients one notice may name. */
const MAX_RECIPIENTS = 100;
/** How much of a notice is searched for addresses. */
const MAX_SEARCHED = 20_000;
/** How far behind its introduction an address stands. */
const MAX_DISTANCE = 300;

/** Reads a notice for humans; undefined when the mail says nowhere that a mail did not arrive. */
export function readNotice(subject: string, body: string): Notice | undefined {
  const text = body.replace(/\r\n?/g, "\n");
  const end = returnedMail.exec(text);
  const notice = end ? text.slice(0, end.index) : text;
  const about = `${subject}\n${notice}`;
  const kind = delayWords.test(about) ? "delay" : finalWords.test(about) ? "final" : undefined;
  if (!kind) return undefined;
  return { kind, text: notice, returned: end ? text.slice(end.index + end[0].length).trimStart() : "", recipients: recipientsOf(notice) };
}

/**
 * The addresses that a notice names, apart from those in `known` (who wrote it, and to whom): the last resort
 * where it introduces none in a way that we know.
 */
export function otherAddresses(notice: Notice, known: readonly string[]): string[] {
  const found = new Set<string>();
  for (const word of notice.text.slice(0, MAX_SEARCHED).split(/[\s<>()[\],;"']+/)) {
    const address = addressIn(word);
    if (address && !known.includes(address.toLowerCase())) found.add(address);
  }
  return [...found].slice(0, MAX_RECIPIENTS);
}

function recipientsOf(notice: string): Notice["recipients"] {
  const starts = introductions
    .flatMap(({ words }) => [...notice.matchAll(words)].map((match) => ({ at: match.index, end: match.index + match[0].length })))
    .sort((a, b) => a.at - b.at)
    .slice(0, MAX_RECIPIENTS);
  const found = new Map<string, string>();
  starts.forEach(({ at, end }, index) => {
    const address = addressIn(notice.slice(end, end + MAX_DISTANCE));
    if (address && !found.has(address)) found.set(address, notice.slice(at, starts[index + 1]?.at));
  });
  return [...found].map(([address, section]) => ({ address, section }));
}

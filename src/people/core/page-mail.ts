import { iso, type Instant } from "../../base/time.ts";
import type { PageMail, Person, Roster } from "./model.ts";

/** What one page contributes to a mail. */
export interface PageLine {
  readonly about: string;
  readonly why: string;
  readonly openedAt: Instant;
  /** 1 for the first call. */
  readonly call: number;
}

/** Plain text, short lines, the link alone on its line: it is read on a locked phone at night. */
export function pageMail(roster: Roster, to: Person, lines: readonly PageLine[], token: string): PageMail {
  const [first] = lines;
  const count = lines.length;
  const subject = count === 1 ? `[${roster.storeName}] Page: ${firstLine(first?.why ?? "")}` : `[${roster.storeName}] ${count} pages need you`;
  const text = [
    `${to.name}, ${roster.storeName} needs a person.`,
    "",
    ...lines.flatMap((line) => [line.why, `About: ${line.about}`, `Open since: ${iso(line.openedAt)}, call ${line.call}`, ""]),
    count === 1 ? "Acknowledge, so that nobody else is called:" : `Acknowledge all ${count}, so that nobody else is called:`,
    roster.acknowledgeUrl(token),
    "",
    "Without an acknowledgement this goes out again, then to the next person.",
    "",
  ].join("\n");
  return { to, subject, text };
}

/** A subject is one line that fits a phone. */
const SUBJECT_WHY = 100;

function firstLine(why: string): string {
  const line = why.split("\n")[0] ?? "";
  return line.length <= SUBJECT_WHY ? line : `${line.slice(0, SUBJECT_WHY - 1)}…`;
}

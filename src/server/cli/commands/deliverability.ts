import { Refusal } from "../../../base/errors.ts";
import { deliverability, DELIVERABILITY_DAYS, MAIL_KINDS, MAX_DELIVERABILITY_DAYS, percent, type Deliverability, type RatedMail } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "How mail is taken, by provider and by the recipients' domain: accepted, refused, put off, proved to have arrived, bounced, called spam, and what is out of the ordinary. Days are those of UTC.",
  usage: `deliverability [--days ${DELIVERABILITY_DAYS}] [--json] [--store ID] --config makegood.yaml`,
  options: { ...COMMON_OPTIONS, store: { type: "string" }, days: { type: "string" }, json: { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const days = daysFrom(args.values["days"]);
      const found = await deliverability(opened.database, storeOf(args, opened).id, days, opened.ports.clock.now());
      for (const line of args.values["json"] === true ? [JSON.stringify(found)] : inWords(found)) terminal.out(line);
      return 0;
    }),
};

function daysFrom(said: string | boolean | readonly string[] | undefined): number {
  const days = said === undefined ? DELIVERABILITY_DAYS : Number(said);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DELIVERABILITY_DAYS) return days;
  throw new Refusal({ code: "days", status: 400, what: `"${String(said)}" is no number of days that can be looked at.`, next: `Ask for 1 to ${MAX_DELIVERABILITY_DAYS} whole days.` });
}

function inWords({ since, isEmpty, total, providers, domains, findings }: Deliverability): readonly string[] {
  if (isEmpty) return [`Since ${since} no mail was sent, answered or reported on.`];
  return [
    `Mail since ${since}`,
    "",
    ...table([["provider", ...HEADINGS], ...[...providers, ...(providers.length > 1 ? [total] : [])].map(rowOf), [], ["domain", ...HEADINGS], ...domains.map(rowOf)]),
    "",
    ...(findings.length === 0 ? ["Nothing is out of the ordinary."] : findings),
  ];
}

const HEADINGS = [...MAIL_KINDS, "% delivered", "% bounced", "% complained", "% deferred"];

function rowOf({ name, rates, ...counts }: RatedMail): readonly string[] {
  const shares = [rates.delivered, rates.bounced, rates.complained, rates.deferred];
  return [name, ...MAIL_KINDS.map((kind) => String(counts[kind])), ...shares.map((rate) => (rate === null ? "-" : percent(rate)))];
}

/** Names to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = ["", ...HEADINGS].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  "));
}

import { Refusal } from "../../../base/errors.ts";
import { iso } from "../../../base/time.ts";
import { isWeekName, keptMondayList, writeMondayList } from "../../../learning/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "The Monday list as it stands now, of what came up since the last one was due; nothing is sent. With --week the list of that week as it was sent.",
  usage: "monday [--week 2026-W47] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, week: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const { id, mondayList } = storeOf(args, opened);
      const { week } = args.values;
      if (week === undefined) {
        const { subject, text } = await writeMondayList(opened.database, id, mondayList, opened.ports.clock.now());
        for (const line of [subject, "", text.trimEnd()]) terminal.out(line);
        return 0;
      }
      if (typeof week !== "string" || !isWeekName(week)) throw new Refusal({ code: "week", status: 400, what: `"${String(week)}" is no week.`, next: "Write an ISO week, such as 2026-W47." });
      const list = await keptMondayList(opened.database, id, week);
      if (list === undefined) throw new Refusal({ code: "no_list", status: 404, what: `There is no Monday list of ${week} for ${id}.`, next: "Leave out --week to read the list as it stands now." });
      for (const line of [list.subject, `${described(list)}`, "", list.text.trimEnd()]) terminal.out(line);
      return 0;
    }),
};

function described(list: NonNullable<Awaited<ReturnType<typeof keptMondayList>>>): string {
  const tries = `written ${iso(list.writtenAt)}, ${list.attempts} ${list.attempts === 1 ? "try" : "tries"}${list.resends === 0 ? "" : ", one of them a resend"}`;
  const answer = list.answeredAt === null ? "" : `; to ${list.sentTo ?? ""} at ${iso(list.answeredAt)}: ${list.answer ?? ""}`;
  return `(${list.state}; ${tries}${answer})`;
}

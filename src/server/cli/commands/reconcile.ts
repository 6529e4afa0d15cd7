import { Refusal } from "../../../base/errors.ts";
import { reconcile, RECONCILIATION_LISTS, type Reconciliation, type ReconciliationList } from "../../../incidents/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Is everybody accounted for? Exit status 0 when the line balances, 1 when it does not.",
  usage: "reconcile [--incident ID] [--list NAME] [--json] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, incident: { type: "string" }, list: { type: "string" }, json: { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const { incident, list } = args.values;
      if (list !== undefined && !RECONCILIATION_LISTS.includes(list as ReconciliationList)) {
        throw new Refusal({ code: "list", status: 400, what: `There is no list "${String(list)}".`, next: `Lists are: ${RECONCILIATION_LISTS.join(", ")}.` });
      }
      const line = await reconcile(opened.database, storeOf(args, opened).id, opened.ports.clock.now(), {
        ...(typeof incident === "string" && { incidentId: incident }),
        ...(list !== undefined && { list: list as ReconciliationList }),
      });
      for (const each of args.values["json"] === true ? [JSON.stringify(line)] : describe(line)) terminal.out(each);
      return line.balanced ? 0 : 1;
    }),
};

function describe(line: Reconciliation): string[] {
  const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((total, part) => total + part, 0);
  const reasons = (parts: Readonly<Record<string, number>>) => {
    const named = Object.entries(parts).map(([reason, count]) => `${reason} ${count}`);
    return named.length === 0 ? "" : ` (${named.join(", ")})`;
  };
  const { promises, faults } = line;
  return [
    `${line.affected} affected (${line.people} people) = ${line.told} told + ${line.presumedTold} presumed told + ${sum(line.unreachable)} unreachable${reasons(line.unreachable)} + ${sum(line.excused)} excused${reasons(line.excused)} + ${line.due} due (${line.overdue} overdue)`,
    `${promises.broken} broken promises = ${promises.madeGood} made good + ${promises.waived} waived + ${promises.owed} owed`,
    ...Object.entries(faults).flatMap(([fault, count]) => (count === 0 ? [] : [`FAULT ${fault}: ${count}`])),
    line.balanced ? "Balanced." : "NOT BALANCED.",
    ...(line.list ?? []).map((row) => JSON.stringify(row)),
  ];
}

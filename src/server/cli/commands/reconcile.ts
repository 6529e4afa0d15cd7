import { Refusal } from "../../../base/errors.ts";
import { lineInWords, reconcile, RECONCILIATION_LISTS, type ReconciliationList } from "../../../incidents/index.ts";
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
      const said = () => [...lineInWords(line), ...(line.list ?? []).map((row) => JSON.stringify(row))];
      for (const each of args.values["json"] === true ? [JSON.stringify(line)] : said()) terminal.out(each);
      return line.balanced ? 0 : 1;
    }),
};

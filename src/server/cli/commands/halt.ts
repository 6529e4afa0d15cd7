import { haltAll } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "The global stop: nothing leaves a store from now on, until `makegood resume`. Everything else goes on.",
  usage: 'halt [--store ID] [--why "…"] --config makegood.yaml',
  options: { ...COMMON_OPTIONS, store: { type: "string" }, why: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const why = args.values["why"];
      await haltAll(opened.ports, store.id, actor(terminal), typeof why === "string" ? why : "no reason given");
      terminal.out(`Nothing leaves ${store.id} any more. Whoever becomes due meanwhile stays due, and people are paged as their deadlines come.`);
      return 0;
    }),
};

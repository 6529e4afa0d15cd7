import { resume } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "End the global stop of a store: what became ready meanwhile leaves now.",
  usage: "resume [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      await resume(opened.ports, store.id, actor(terminal));
      terminal.out(`${store.id} speaks again.`);
      return 0;
    }),
};

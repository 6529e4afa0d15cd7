import { endGapPage, giveUp, markSent, releaseHeld } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Decide about messages that wait for a person (after a gap, or in doubt): let them leave, or say that they were sent, or give them up. Without ids: all that are held leave.",
  usage: "release [message id…] [--sent | --give-up] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, sent: { type: "boolean" }, "give-up": { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const outreach = { ...store.outreach, epoch: Number.MAX_SAFE_INTEGER };
      const by = actor(terminal);
      const ids = args.positionals;
      if (args.values["sent"] === true || args.values["give-up"] === true) {
        const decided = await (args.values["sent"] === true ? markSent : giveUp)(outreach, store.id, by, ids);
        terminal.out(`${decided} messages decided.`);
        return 0;
      }
      if (ids.length > 0) {
        terminal.out(`${await releaseHeld(outreach, store.id, by, ids)} messages leave now.`);
        return 0;
      }
      let released = 0;
      for (let batch = -1; batch !== 0; released += Math.max(batch, 0)) batch = await releaseHeld(outreach, store.id, by);
      await opened.database.transaction((tx) => endGapPage(tx, store.id, opened.ports.clock.now()));
      terminal.out(`${released} messages leave now.`);
      return 0;
    }),
};

import { quarantine, requeue } from "../../../intake/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

/** Of a long quarantine, this many are listed. */
const SHOWN = 1_000;

export const command: Command = {
  summary: "Read quarantined deliveries again, after an upgrade or once their cause is gone. --list shows them with their reasons.",
  usage: "requeue [--list] [--source NAME] [--kind TOPIC] [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, source: { type: "string" }, kind: { type: "string" }, list: { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      if (args.values["list"] === true) {
        const rows = await quarantine(opened.database, store.id, SHOWN);
        for (const row of rows) terminal.out(`${row.inboxId}  ${row.source}  ${row.kind}  ${row.reason ?? ""}`);
        if (rows.length === 0) terminal.out("Nothing is in quarantine.");
        return 0;
      }
      const { source, kind } = args.values;
      const ids = await requeue(opened.ports, store.id, { ...(typeof source === "string" && { source }), ...(typeof kind === "string" && { kind }) });
      terminal.out(`${ids.length} deliveries will be read again by the worker.`);
      return 0;
    }),
};

import { Refusal } from "../../../base/errors.ts";
import { dismiss, quarantine, requeue } from "../../../intake/index.ts";
import { dismissEvidence, evidenceQuarantine, requeueEvidence } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

/** Of a long quarantine, this many are listed. */
const SHOWN = 1_000;

export const command: Command = {
  summary: "Read quarantined deliveries and mail evidence again, after an upgrade or once their cause is gone. --list shows them with their reasons; --dismiss lays the named ones aside for good.",
  usage: 'requeue [--list | --dismiss ID… --why "…"] [--source NAME] [--kind TOPIC] [--store ID] --config makegood.yaml',
  options: { ...COMMON_OPTIONS, store: { type: "string" }, source: { type: "string" }, kind: { type: "string" }, list: { type: "boolean" }, dismiss: { type: "boolean" }, why: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      if (args.values["list"] === true) {
        const rows = await quarantine(opened.database, store.id, SHOWN);
        for (const row of rows) terminal.out(`${row.inboxId}  ${row.source}  ${row.kind}  ${row.reason ?? ""}`);
        const evidence = await evidenceQuarantine(opened.database, store.id, SHOWN);
        for (const row of evidence) terminal.out(`${row.id}  ${row.source}  mail evidence  ${row.reason ?? ""}`);
        if (rows.length + evidence.length === 0) terminal.out("Nothing is in quarantine.");
        return 0;
      }
      const { source, kind, why } = args.values;
      if (args.values["dismiss"] === true) {
        if (typeof why !== "string" || args.positionals.length === 0) throw new Refusal({ code: "dismiss", status: 400, what: "It is not said which, or why.", next: "Name ids from --list, and a reason with --why: it stays beside them." });
        const laidAside = await dismiss(opened.ports, store.id, args.positionals, actor(terminal), why);
        const evidence = await dismissEvidence(opened.ports, store.id, args.positionals, actor(terminal), why);
        terminal.out(`${laidAside.length} deliveries are laid aside. Their source counts as read again.${alsoEvidence(evidence, "is laid aside")}`);
        return 0;
      }
      const ids = await requeue(opened.ports, store.id, { ...(typeof source === "string" && { source }), ...(typeof kind === "string" && { kind }) });
      // A kind is a vendor's topic, which mail evidence has none of.
      const evidence = typeof kind === "string" ? [] : await requeueEvidence(opened.ports, store.id, typeof source === "string" ? source : undefined);
      terminal.out(`${ids.length} deliveries will be read again by the worker.${alsoEvidence(evidence, "will be read again too")}`);
      return 0;
    }),
};

function alsoEvidence(ids: readonly string[], what: string): string {
  return ids.length === 0 ? "" : ` Mail evidence: ${ids.length} ${what}.`;
}

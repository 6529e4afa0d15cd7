import { Refusal } from "../../../base/errors.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { waive } from "../../waive.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Release the store from promises that a person has settled another way, such as the first word to a customer whom no mail reaches and who was called. Ids: `makegood reconcile --list owed`.",
  usage: 'waive <promise id…> --why "…" [--by NAME] [--store ID] --config makegood.yaml',
  options: { ...COMMON_OPTIONS, store: { type: "string" }, why: { type: "string" }, by: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const { why, by } = args.values;
      if (args.positionals.length === 0) throw new Refusal({ code: "waive", status: 400, what: "No promise was named.", next: "Name ids from `makegood reconcile --list owed`." });
      if (typeof why !== "string" || why.trim() === "") {
        throw new Refusal({ code: "waive", status: 400, what: "It is not said why.", next: 'Add a reason with --why "…": it stays beside the promise for ever, so name no customer in it.' });
      }
      const store = storeOf(args, opened);
      const waiver = { byWhom: typeof by === "string" ? by : actor(terminal), because: why.trim() };
      for (const id of args.positionals) {
        const { kind, orderId, state } = await waive(opened.ports, store.id, store.rules, id, waiver);
        terminal.out(`${id} (${kind}${orderId === undefined ? "" : `, order ${orderId}`}) is waived by ${waiver.byWhom}.${state === "broken" ? " It stays in the books as broken, and is owed no more." : ""}`);
      }
      return 0;
    }),
};

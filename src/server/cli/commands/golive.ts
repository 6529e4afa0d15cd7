import { Refusal } from "../../../base/errors.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { backToShadow, golive } from "../../stores/golive.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Let a playbook speak for a store from now on (until then it is in shadow mode). --back returns it to shadow mode.",
  usage: "golive <playbook> [--store ID] [--back] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, back: { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const [slug] = args.positionals;
      const playbook = store.playbooks.find((each) => each.slug === slug);
      if (!playbook) {
        const known = store.playbooks.map((each) => each.slug).join(", ");
        throw new Refusal({ code: "playbook", status: 400, what: slug === undefined ? "No playbook was named." : `There is no playbook "${slug}".`, next: `Name one of: ${known}.` });
      }
      const back = args.values["back"] === true;
      await (back ? backToShadow : golive)(opened.ports, store.id, playbook.slug, actor(terminal));
      terminal.out(back ? `${playbook.slug} is back in shadow mode for ${store.id}: new incidents say nothing.` : `${playbook.slug} speaks for ${store.id} from now on. What was opened in shadow before stays unsaid.`);
      return 0;
    }),
};

import { Refusal } from "../../../base/errors.ts";
import { NOT_DETECTED_YET, READINESS_CONTROLS, undetected, type Playbook } from "../../../playbooks/index.ts";
import { inTheWay, lookAtControls, unproved, type ControlState } from "../../readiness/controls.ts";
import { missingWaysOut } from "../../readiness/human-way-out.ts";
import { knockAtMailServers } from "../../readiness/mail-servers.ts";
import type { Opened } from "../../runtime/open.ts";
import type { StoreRuntime } from "../../runtime/store-runtime.ts";
import { backToShadow, golive, type Despite } from "../../stores/golive.ts";
import { COMMON_OPTIONS, type Arguments, type Command } from "../command.ts";
import { actor, storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary:
    "Let a playbook speak for a store from now on (until then it is in shadow mode). Refused while one of its controls of readiness is not met, unless --despite names that control (the audit keeps it), and always without a human way out, or while nothing detects what the playbook waits for. --back returns it to shadow mode.",
  usage: "golive <playbook> [--store ID] [--despite CONTROL]... [--back] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, despite: { type: "string", multiple: true }, back: { type: "boolean" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const playbook = playbookOf(args, store);
      if (args.values["back"] === true) {
        await backToShadow(opened.ports, store.id, playbook.slug, actor(terminal));
        terminal.out(`${playbook.slug} is back in shadow mode for ${store.id}: new incidents say nothing.`);
        return 0;
      }
      const despite = await allowed(opened, store, playbook, namedControls(args));
      await golive(opened.ports, store.id, playbook.slug, actor(terminal), despite);
      for (const { control, evidence } of despite) terminal.out(`Despite ${control}: ${evidence}`);
      terminal.out(`${playbook.slug} speaks for ${store.id} from now on. What was opened in shadow before stays unsaid.`);
      return 0;
    }),
};

function playbookOf(args: Arguments, store: StoreRuntime): Playbook {
  const [slug] = args.positionals;
  const playbook = store.playbooks.find((each) => each.slug === slug);
  if (playbook) return playbook;
  const known = store.playbooks.map((each) => each.slug).join(", ");
  throw new Refusal({ code: "playbook", status: 400, what: slug === undefined ? "No playbook was named." : `There is no playbook "${slug}".`, next: `Name one of: ${known}.` });
}

function namedControls(args: Arguments): ReadonlySet<string> {
  const given = args.values["despite"];
  const named = Array.isArray(given) ? (given as readonly string[]) : [];
  const known: readonly string[] = READINESS_CONTROLS;
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(named);
  throw new Refusal({ code: "control", status: 400, what: `There is no control of readiness "${unknown}".`, next: `Name one of: ${known.join(", ")}.` });
}

/** The controls that it goes live despite. Throws a Refusal that says what to add, while anything else stands in the way. */
async function allowed(opened: Opened, store: StoreRuntime, playbook: Playbook, despite: ReadonlySet<string>): Promise<readonly Despite[]> {
  refuseUndetected(playbook);
  const missing = missingWaysOut(store.config);
  if (missing.length > 0) throw new Refusal({ code: "no_way_out", status: 409, what: `${playbook.slug} may not speak for ${store.id}: who gets a notice could not reach a person.`, next: missing.join(" ") });
  const open = unproved(playbook, await lookAtControls(opened, store, await knockAtMailServers(store.config)));
  const left = inTheWay(open, despite);
  if (left.length === 0) return open.map(({ control, evidence }) => ({ control, evidence }));
  const lines = left.map(({ control, kind, evidence }) => `  ${control} ${OPEN_WORDS[kind]}: ${evidence}`);
  const unprovable = left.filter(({ kind }) => kind === "not provable").map(({ control }) => control);
  throw new Refusal({
    code: "not_ready",
    status: 409,
    what: `${playbook.slug} is not ready to speak for ${store.id}:\n${lines.join("\n")}\n`,
    next: unprovable.length > 0 ? `Nobody goes live despite ${unprovable.join(", ")}.` : `Do what they say, or add ${left.map(({ control }) => `--despite ${control}`).join(" ")}: the audit keeps that you did.`,
  });
}

const OPEN_WORDS: Readonly<Record<ControlState["kind"], string>> = { met: "is met", "not met": "is not met", unknown: "cannot be known", "not provable": "cannot be proved yet" };

/** A playbook that waits for what nothing notices would look live and never speak. */
function refuseUndetected(playbook: Playbook): void {
  const { waits, none } = undetected(playbook);
  if (!none) return;
  const lines = waits.map((on) => `  ${on}: ${Object.entries(NOT_DETECTED_YET).find(([name]) => name === on)?.[1]}`);
  throw new Refusal({ code: "not_detected", status: 409, what: `Nothing can open a case of ${playbook.slug} yet. It waits for what this version does not detect:\n${lines.join("\n")}\n`, next: "Read it and change its words to yours; it goes live with a version that detects one of these." });
}

import { OWN_NOTICES, type OwnNotice, type OwnNotices } from "../../intake/index.ts";
import type { CaseMoment, Playbook } from "../../playbooks/index.ts";

/** What both the shop and Makegood can write of: the moment of a case that a playbook's notice tells of, and which playbooks. Of an order's milestones Makegood does not speak (docs/decisions/0002-milestones.md). */
const SHARED: Readonly<Partial<Record<OwnNotice, { readonly on: CaseMoment; readonly playbooks: readonly string[] }>>> = {
  "order-cancelled": { on: "opened", playbooks: ["cancelled-by-store"] },
  "refund-sent": { on: "refund.sent", playbooks: ["cancelled-by-store", "refund-idle"] },
};

/** Who writes to the customer, as the store has chosen; absent where nobody has. */
export type Speakers = Readonly<Partial<Record<OwnNotice, "shop" | "makegood" | undefined>>>;

interface SpeakerFinding {
  readonly kind: "well" | "remark" | "problem";
  readonly what: string;
}

/** Who writes of what, and where both would or nobody. `shops`: the shops' own notices by source; `live`: the playbooks that speak. */
export function whoSpeaks(chosen: Speakers, shops: ReadonlyMap<string, OwnNotices>, playbooks: readonly Playbook[], live: ReadonlySet<string>): readonly SpeakerFinding[] {
  if (shops.size === 0) return [{ kind: "remark", what: "which notices your shop sends by itself is not known: see that nobody hears twice of a cancellation or a refund" }];
  return [...shops].flatMap(([shop, notices]) =>
    OWN_NOTICES.map((about) => {
      const speaking = playbooks.filter(({ slug, notices: own }) => live.has(slug) && SHARED[about]?.playbooks.includes(slug) === true && own.some(({ on }) => on === SHARED[about]?.on));
      return judge(about, { ...notices[about], shop }, speaking.map(({ slug }) => slug), chosen[about]);
    }),
  );
}

interface OwnState {
  readonly shop: string;
  readonly byDefault: OwnNotices[OwnNotice]["byDefault"];
  readonly note: string;
}

function judge(about: OwnNotice, { shop, byDefault, note }: OwnState, speaking: readonly string[], chosen: "shop" | "makegood" | undefined): SpeakerFinding {
  const own = `${shop}: ${byDefault === "none" ? note : `${note} (${byDefault} unless the store changed it)`}`;
  const whose = `${about}: ${own}`;
  if (SHARED[about] === undefined) return { kind: byDefault === "on" ? "well" : "remark", what: byDefault === "on" ? whose : `${whose}; nobody writes of it, Makegood neither` };
  const both = speaking.join(", ");
  if (speaking.length === 0) {
    if (chosen === "makegood") return { kind: "problem", what: `${whose}; nobody writes of it if that is off: \`speaks\` says makegood, and no playbook that tells of it is live. Take one live, or set speaks.${about}: shop.` };
    return byDefault === "on" ? { kind: "well", what: whose } : { kind: "remark", what: `${whose}; nobody writes of it until a playbook that tells of it is live` };
  }
  if (chosen === "shop") return { kind: "problem", what: `${whose}; both would write of it: \`speaks\` says shop, and ${both} speaks. Take it back with \`makegood golive\`, or set speaks.${about}: makegood and switch the shop's own off.` };
  if (byDefault !== "on") return { kind: "well", what: `${whose}; ${both} speaks of it` };
  const next = chosen === "makegood" ? "See that it is off in the shop." : `Switch one of them off, and say which one speaks: speaks.${about}: makegood or shop.`;
  return { kind: "remark", what: `${whose}; ${both} speaks of it as well. ${next}` };
}

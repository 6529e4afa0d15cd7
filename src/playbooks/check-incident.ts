import type { PublicNoticeRule } from "./core/model.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { leastMinutes, spanText } from "./core/span.ts";
import { TEAM_CHANNELS } from "./core/vocabulary.ts";
import type { Places } from "./places.ts";
import type { Definition } from "./schema.ts";

/** What a definition must keep to where it speaks to everybody, or to nobody but the team. */
export function incidentProblems(definition: Definition, places: Places): PlaybookProblem[] {
  return [...(definition.publicNotices.length > 0 ? publicProblems(definition, places) : []), ...teamProblems(definition, places)];
}

/** An incident that everybody sees has a first word, a cadence and a last word, and both clocks are promised. */
function publicProblems(definition: Definition, places: Places): PlaybookProblem[] {
  return [
    ...single(definition, places, "incident.opened", "tells everybody first"),
    ...single(definition, places, "statement.due", "keeps everybody informed"),
    ...single(definition, places, "incident.ended", "tells everybody that it is over"),
    ...promised(definition, places, "incident.opened", "first_notice_by", "incident.opened"),
    ...promised(definition, places, "statement.due", "next_update_by", "statement.released"),
    ...surfaceProblems(definition, places),
  ];
}

function single({ publicNotices }: Definition, places: Places, on: PublicNoticeRule["on"], what: string): PlaybookProblem[] {
  const found = publicNotices.filter((notice) => notice.on === on);
  if (found.length === 1) return [];
  const place = found[1] === undefined ? places.top("publicNotices") : places.notice(found[1].kind);
  return [{ ...place, what: `${found.length} notices have \`on: ${on}\`, which ${what}.`, next: "Declare exactly one under publicNotices." }];
}

function promised({ publicNotices, promises }: Definition, places: Places, on: PublicNoticeRule["on"], kind: string, starts: string): PlaybookProblem[] {
  const notice = publicNotices.find((each) => each.on === on);
  if (notice === undefined) return [];
  const [promise, ...others] = promises.filter((each) => each.kind === kind && each.starts === starts && each.basis.kind !== "law");
  if (promise?.owedTo !== "customer" || others.length > 0) {
    const place = promise === undefined ? places.top("promises") : places.promise(promise.rule);
    return [{ ...place, what: `The notice ${notice.kind} is not promised to everybody.`, next: `Declare exactly one promise of kind ${kind} that starts at ${starts} and is owed to the customer.` }];
  }
  if (leastMinutes(notice.within) <= leastMinutes(promise.due)) return [];
  return [{
    ...places.notice(notice.kind, "within"),
    what: `The notice ${notice.kind} may take ${spanText(notice.within)}, but it is promised within ${spanText(promise.due)}.`,
    next: "Make `within` no longer than the promise's `due`.",
  }];
}

function surfaceProblems({ publicNotices, channels }: Definition, places: Places): PlaybookProblem[] {
  const missing = new Set(publicNotices.flatMap(({ surfaces }) => surfaces.filter((surface) => !channels.includes(surface))));
  return [...missing].map((surface) => ({ ...places.top("channels"), what: `Everybody is told on ${surface}, which is not among the channels.`, next: "Add it at its place in the order." }));
}

function teamProblems({ audience, channels, publicNotices }: Definition, places: Places): PlaybookProblem[] {
  if (audience !== "team") return [];
  const outside = channels.filter((channel) => !TEAM_CHANNELS.has(channel));
  return [
    ...(outside.length > 0 ? [{ ...places.top("channels"), what: `${outside.join(", ")} reaches customers, and this playbook speaks to the team.`, next: `Use ${[...TEAM_CHANNELS].join(" or ")}, or take audience out.` }] : []),
    ...(publicNotices.length > 0 ? [{ ...places.top("publicNotices"), what: "What only the team hears is told to everybody.", next: "Remove publicNotices, or take audience out." }] : []),
  ];
}

import { incidentProblems } from "./check-incident.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { leastMinutes, spanText } from "./core/span.ts";
import { isSlot } from "./core/vocabulary.ts";
import type { Places } from "./places.ts";
import type { Definition } from "./schema.ts";

/** What a definition must keep to beyond the shape of its parts. */
export function definitionProblems(definition: Definition, places: Places): PlaybookProblem[] {
  return [
    ...repeated(definition, places),
    ...triggerProblems(definition, places),
    ...firstNoticeProblems(definition, places),
    ...choiceProblems(definition, places),
    ...incidentProblems(definition, places),
  ];
}

function repeated({ promises, notices, publicNotices }: Definition, places: Places): PlaybookProblem[] {
  const twice = (names: readonly string[]): string[] => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...twice(promises.map(({ rule }) => rule)).map((rule) => ({ ...places.promise(rule, "rule"), what: `Two promises are called ${rule}.`, next: "Give each its own name." })),
    ...twice([...notices, ...publicNotices].map(({ kind }) => kind)).map((kind) => ({ ...places.notice(kind, "kind"), what: `Two notices are called ${kind}.`, next: "Give each its own name." })),
  ];
}

function triggerProblems({ detects, promises }: Definition, places: Places): PlaybookProblem[] {
  if (detects.length === 0) return [{ ...places.top("detects"), what: "Nothing opens a case.", next: "Name at least one trigger under detects, or remove the playbook." }];
  const rules = new Set(promises.map(({ rule }) => rule));
  const named = detects.flatMap((trigger) => (isOfPromises(trigger) ? trigger.rules : []));
  return named
    .filter((rule) => !rules.has(rule))
    .map((rule) => ({ ...places.awaited(rule), what: `It waits for the promise ${rule} to break, which this playbook does not make.`, next: "Declare it under promises, or correct its name." }));
}

/** A trigger that waits for promises of its playbook. */
export function isOfPromises<T extends { readonly on: string }>(trigger: T): trigger is Extract<T, { readonly rules: readonly string[] }> {
  return trigger.on === "promise.broken" || trigger.on === "promise.at_risk";
}

/** A case without a first notice would be silence by design. */
function firstNoticeProblems({ promises, notices, audience }: Definition, places: Places): PlaybookProblem[] {
  const first = notices.filter(({ on }) => on === "opened");
  const promised = promises.filter(({ kind, starts, basis }) => kind === "first_notice_by" && starts !== "incident.opened" && basis.kind !== "law");
  const hearer = audience === "team" ? "team" : "customer";
  if (first.length !== 1) {
    const place = first[1] === undefined ? places.top("notices") : places.notice(first[1].kind);
    return [{ ...place, what: `${first.length} notices are sent when a case opens.`, next: "Declare exactly one notice with `on: opened`." }];
  }
  const [notice] = first;
  const [promise] = promised;
  if (promised.length !== 1 || promise?.starts !== "case.opened" || promise.owedTo !== hearer) {
    const place = promise === undefined ? places.top("promises") : places.promise(promise.rule);
    return [{ ...place, what: `The first notice is not promised to the ${hearer}.`, next: `Declare exactly one promise of kind first_notice_by that starts at case.opened and is owed to the ${hearer}.` }];
  }
  if (notice === undefined || leastMinutes(notice.within) <= leastMinutes(promise.due)) return [];
  return [{
    ...places.notice(notice.kind, "within"),
    what: `The first notice may take ${spanText(notice.within)}, but it is promised within ${spanText(promise.due)}.`,
    next: "Make `within` no longer than the promise's `due`.",
  }];
}

function choiceProblems({ choices }: Definition, places: Places): PlaybookProblem[] {
  return Object.keys(choices)
    .filter(isSlot)
    .map((name) => ({ ...places.top("choices"), what: `The choice ${name} has the name of a slot.`, next: "Call it something else." }));
}

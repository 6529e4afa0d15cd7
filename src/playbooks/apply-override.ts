import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { Span } from "./core/model.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { isOfPromises } from "./check-definition.ts";
import type { Places, Written } from "./places.ts";
import type { Path, ReadYaml } from "./read-yaml.ts";
import type { Definition, Override } from "./schema.ts";

/** A YAML file that was read, with its name. */
export interface ReadFile<T> {
  readonly file: string;
  readonly yaml: ReadYaml<T>;
}

/** The places of a playbook's own definition. */
export function placesOf({ file, yaml }: ReadFile<Definition>): Places {
  const at = (path: Path): Written => ({ file, ...yaml.locate(path) });
  const { detects, promises, notices, publicNotices } = yaml.value;
  const keyed = (key: string | undefined): Path => (key === undefined ? [] : [key]);
  return {
    top: (key) => at([key]),
    promise: (rule, key) => at(["promises", promises.findLastIndex((each) => each.rule === rule), ...keyed(key)]),
    notice: (kind, key) => {
      const index = publicNotices.findLastIndex((each) => each.kind === kind);
      return at(index < 0 ? ["notices", notices.findLastIndex((each) => each.kind === kind), ...keyed(key)] : ["publicNotices", index, ...keyed(key)]);
    },
    awaited: (rule) => {
      const trigger = detects.findIndex((each) => isOfPromises(each) && each.rules.includes(rule));
      const found = detects[trigger];
      return at(["detects", trigger, "rules", found !== undefined && isOfPromises(found) ? found.rules.indexOf(rule) : 0]);
    },
  };
}

/** The places of an overridden definition: the override's where it speaks, else the playbook's. */
export function overriddenPlaces(base: Places, { file, yaml }: ReadFile<Override>): Places {
  const first = (paths: readonly Path[], otherwise: Written): Written => {
    const spoken = paths.find((path) => yaml.has(path));
    return spoken === undefined ? otherwise : { file, ...yaml.locate(spoken) };
  };
  return {
    // What opens a case is not overridden itself, but a promise that is switched off opens none.
    top: (key) => first([[key === "detects" ? "promises" : key]], base.top(key)),
    promise: (rule, key) => first(key === undefined ? [["promises", rule]] : [["promises", rule, key]], base.promise(rule, key)),
    notice: (kind, key) => first(key === undefined ? [["notices", kind]] : [["notices", kind, key]], base.notice(kind, key)),
    awaited: base.awaited,
  };
}

/**
 * The definition as one store has it. Fails where the override speaks of something that the playbook does not have.
 * A promise that is switched off also stops opening cases.
 */
export function applyOverride(definition: Definition, override: ReadFile<Override>): Result<Definition, readonly PlaybookProblem[]> {
  const { promises = {}, notices = {}, owner, locales = [], channels } = override.yaml.value;
  const problems = [
    ...unknown("promises", Object.keys(promises), definition.promises.map(({ rule }) => rule), override),
    ...unknown("notices", Object.keys(notices), [...definition.notices, ...definition.publicNotices].map(({ kind }) => kind), override),
  ];
  if (problems.length > 0) return err(problems);
  const isOff = (rule: string): boolean => promises[rule] === "off";
  return ok({
    ...definition,
    owner: owner ?? definition.owner,
    locales: [...new Set([...definition.locales, ...locales])],
    channels: channels ?? definition.channels,
    detects: definition.detects
      .map((trigger) => (isOfPromises(trigger) ? { ...trigger, rules: trigger.rules.filter((rule) => !isOff(rule)) } : trigger))
      .filter((trigger) => !isOfPromises(trigger) || trigger.rules.length > 0),
    promises: definition.promises.flatMap((rule) => {
      const patch = promises[rule.rule];
      if (patch === "off") return [];
      return [{ ...rule, due: patch?.due ?? rule.due, owner: patch?.owner ?? rule.owner }];
    }),
    notices: patched(definition.notices, notices),
    publicNotices: patched(definition.publicNotices, notices),
  });
}

function patched<T extends { readonly kind: string; readonly within: Span }>(rules: readonly T[], patches: NonNullable<Override["notices"]>): T[] {
  return rules.flatMap((rule) => {
    const patch = patches[rule.kind];
    return patch === "off" ? [] : [{ ...rule, within: patch?.within ?? rule.within }];
  });
}

function unknown(section: string, named: readonly string[], known: readonly string[], { file, yaml }: ReadFile<Override>): PlaybookProblem[] {
  return named
    .filter((name) => !known.includes(name))
    .map((name) => ({
      file,
      ...yaml.locate([section, name]),
      what: `The playbook has no ${name} under ${section}.`,
      next: `Use one of: ${known.join(", ")}.`,
    }));
}

import { err, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { definitionProblems } from "./check-definition.ts";
import { applyOverride, overriddenPlaces, placesOf } from "./apply-override.ts";
import type { ReadFile } from "./apply-override.ts";
import { checkMessage } from "./check-message.ts";
import type { TextRules } from "./check-message.ts";
import { checkStatement } from "./check-statement.ts";
import type { MessageSource, Playbook, PromiseRule, RunbookStep } from "./core/model.ts";
import type { PlaybookProblem } from "./core/problem.ts";
import { withStatement } from "./core/statement.ts";
import type { Statement } from "./core/statement.ts";
import { versionOf } from "./core/version.ts";
import { readRunbook } from "./core/runbook.ts";
import type { Places } from "./places.ts";
import { readYaml } from "./read-yaml.ts";
import { definitionSchema, overrideSchema } from "./schema.ts";
import type { Definition } from "./schema.ts";

/** The files of one playbook: text by path below its folder. */
export interface PlaybookFiles {
  readonly slug: string;
  /** What the paths begin with when a problem is shown, such as `playbooks/refund-idle`. */
  readonly shownAs: string;
  readonly texts: ReadonlyMap<string, string>;
}

type Checked<T> = Result<T, readonly PlaybookProblem[]>;
type Messages = Record<string, Record<string, MessageSource>>;
type Statements = Record<string, Statement>;

const SMS = "sms";
const DEFINITION = "playbook.yaml";
const OVERRIDE = "override.yaml";
const PAGE = "page.md";
const RUNBOOK = "runbook.md";
/** The name under `messages/` that is kept for what is said to everybody alike. */
const STATEMENT = "statement";
const MESSAGE = /^messages\/([a-z0-9]+(?:-[a-z0-9]+)*)\.([A-Za-z0-9-]+)\.liquid$/;

/** Reads and checks one playbook with a store's override of it. Every problem is reported, not only the first. */
export function checkPlaybook(files: PlaybookFiles, override?: PlaybookFiles): Checked<Playbook> {
  const read = readDefinition(files);
  if (!read.ok) return read;
  const { value: definition } = read.value.yaml;
  const places = placesOf(read.value);
  const own = readMessages(files, definition);
  const forPeople = readForPeople(files, definition);
  const problems = [
    ...strayFiles(files, DEFINITION),
    ...definitionProblems(definition, places),
    ...own.problems,
    ...missingMessages(definition, own.seen, places),
    ...missingTexts(definition, own.messages, places),
    ...unusedMessages(files, own.seen, definition),
    ...forPeople.problems,
  ];
  if (problems.length > 0) return err(problems);
  if (override === undefined) return ok(assemble(files.slug, definition, own, forPeople));
  return overridden(override, files.slug, read.value, own, forPeople);
}

function overridden(override: PlaybookFiles, slug: string, base: ReadFile<Definition>, own: ReadMessages, forPeople: ForPeople): Checked<Playbook> {
  const file = `${override.shownAs}/${OVERRIDE}`;
  const read = readYaml(file, override.texts.get(OVERRIDE) ?? "{}", overrideSchema);
  const replaced = readMessages(override, base.yaml.value, own.seen);
  const problems = [...strayFiles(override, OVERRIDE), ...replaced.problems];
  if (!read.ok) return err([...read.error, ...problems]);
  const yaml = { file, yaml: read.value };
  const merged = applyOverride(base.yaml.value, yaml);
  if (!merged.ok) return err([...merged.error, ...problems]);
  const places = overriddenPlaces(placesOf(base), yaml);
  const seen = new Set([...own.seen, ...replaced.seen]);
  problems.push(
    ...definitionProblems(merged.value, places),
    ...missingMessages(merged.value, seen, places),
    ...missingTexts(merged.value, mergeMessages(own.messages, replaced.messages), places),
    ...unusedMessages(override, replaced.seen, merged.value),
  );
  return problems.length > 0 ? err(problems) : ok(assemble(slug, merged.value, { messages: mergeMessages(own.messages, replaced.messages), statements: { ...own.statements, ...replaced.statements } }, forPeople));
}

function readDefinition(files: PlaybookFiles): Checked<ReadFile<Definition>> {
  const file = `${files.shownAs}/${DEFINITION}`;
  const text = files.texts.get(DEFINITION);
  if (text === undefined) return err([{ file, line: 1, column: 1, what: "There is no playbook.yaml.", next: "Add it, or remove the folder." }]);
  const read = readYaml(file, text, definitionSchema);
  // Its messages are read against its choices, so a definition without its shape stops here.
  return read.ok ? ok({ file, yaml: read.value }) : read;
}

/** What the folder says to the people at the store. */
interface ForPeople {
  readonly page: string;
  readonly runbook: readonly RunbookStep[];
}

function readForPeople({ shownAs, texts }: PlaybookFiles, { owner }: Definition): ForPeople & { readonly problems: readonly PlaybookProblem[] } {
  const at = (name: string, line: number) => ({ file: `${shownAs}/${name}`, line, column: 1 });
  const page = texts.get(PAGE)?.trim() ?? "";
  const problems: PlaybookProblem[] = page === "" ? [{ ...at(PAGE, 1), what: "There is no page.md.", next: "Say what has happened, what Makegood does, and when it is over." }] : [];
  const text = texts.get(RUNBOOK) ?? "";
  if (text.trim() === "") return { page, runbook: [], problems: [...problems, { ...at(RUNBOOK, 1), what: "There is no runbook.", next: "Say who does what, in order, and by when." }] };
  const read = readRunbook(text);
  problems.push(...read.problems.map(({ line, what, next }) => ({ ...at(RUNBOOK, line), what, next })));
  if (read.problems.length === 0 && !read.steps.some(({ role }) => role === owner)) {
    problems.push({ ...at(RUNBOOK, 1), what: `No step is for ${owner}, who owns the cases.`, next: "Say what the owner does, or name another owner." });
  }
  return { page, runbook: read.steps, problems };
}

/** The words of a playbook, before the statement stands in its messages. */
interface Words {
  readonly messages: Messages;
  readonly statements: Statements;
}

interface ReadMessages extends Words {
  /** `name.locale` of every file, right or wrong. */
  readonly seen: ReadonlySet<string>;
  readonly problems: readonly PlaybookProblem[];
}

/** `inherited`: the files that an override stands on. */
function readMessages(files: PlaybookFiles, definition: Definition, inherited: ReadonlySet<string> = new Set()): ReadMessages {
  const messages: Messages = {};
  const statements: Statements = {};
  const seen = new Set<string>();
  const problems: PlaybookProblem[] = [];
  const hasStatement = [...files.texts.keys()].some((path) => MESSAGE.exec(path)?.[1] === STATEMENT) || [...inherited].some((each) => each.startsWith(`${STATEMENT}.`));
  for (const [path, text] of files.texts) {
    const [, name, locale] = MESSAGE.exec(path) ?? [];
    if (name === undefined || locale === undefined) continue;
    seen.add(`${name}.${locale}`);
    const rules = rulesOf(definition, name, hasStatement);
    const file = `${files.shownAs}/${path}`;
    const checked = name === STATEMENT ? checkStatement(file, text, rules) : checkMessage(file, text, rules);
    if (!checked.ok) problems.push(...checked.error);
    else if ("body" in checked.value) (messages[name] ??= {})[locale] = checked.value;
    else statements[locale] = checked.value;
  }
  return { messages, statements, seen, problems };
}

function rulesOf({ choices, subject, audience, publicNotices }: Definition, name: string, hasStatement: boolean): TextRules {
  const isPublic = name === STATEMENT || publicNotices.some(({ message }) => message === name);
  const hearers = audience === "team" ? "team" : isPublic ? "everybody" : "customer";
  return { choices, subject, hearers, hasStatement, needsWayOut: hearers !== "team" && name !== STATEMENT };
}

function strayFiles(files: PlaybookFiles, main: string): PlaybookProblem[] {
  return [...files.texts.keys()]
    .filter((path) => path !== main && !MESSAGE.test(path) && !(main === DEFINITION && (path === PAGE || path === RUNBOOK)))
    .map((path) => ({ file: `${files.shownAs}/${path}`, line: 1, column: 1, what: "Nothing reads this file.", next: `A folder holds ${main}, messages/<name>.<locale>.liquid${main === DEFINITION ? ", page.md and runbook.md" : ""}.` }));
}

function missingMessages(definition: Definition, seen: ReadonlySet<string>, places: Places): PlaybookProblem[] {
  const isSaid = [...seen].some((name) => name.startsWith(`${STATEMENT}.`));
  const unsaid = isSaid || definition.publicNotices.length > 0 ? definition.locales.filter((locale) => !seen.has(`${STATEMENT}.${locale}`)) : [];
  const statements = unsaid.map((locale) => ({ ...places.top("locales"), what: `There is no messages/${STATEMENT}.${locale}.liquid.`, next: "Write what is the same for all who are affected: everybody is told it alike." }));
  const messages = [...definition.notices, ...definition.publicNotices].flatMap(({ kind, message }) =>
    definition.locales
      .filter((locale) => !seen.has(`${message}.${locale}`))
      .map((locale) => ({ ...places.notice(kind, "message"), what: `There is no messages/${message}.${locale}.liquid.`, next: `Write it, or take ${locale} out of locales.` })),
  );
  return [...statements, ...messages];
}

/** Where texts are among the channels, each message says what a text says. Files that cannot be read are reported as such. */
function missingTexts({ channels, notices, locales }: Definition, messages: Messages, places: Places): PlaybookProblem[] {
  if (!channels.includes(SMS)) return [];
  return [...new Set(notices.map(({ message }) => message))].flatMap((message) =>
    locales
      .filter((locale) => messages[message]?.[locale] !== undefined && messages[message]?.[locale]?.sms === undefined)
      .map((locale) => ({ ...places.top("channels"), what: `messages/${message}.${locale}.liquid has no words for a text.`, next: `Add a line \`sms: …\` to its front matter, or take ${SMS} out of channels.` })),
  );
}

function unusedMessages(files: PlaybookFiles, seen: ReadonlySet<string>, { notices, publicNotices, locales }: Definition): PlaybookProblem[] {
  const used = new Set([...notices, ...publicNotices, { message: STATEMENT }].flatMap(({ message }) => locales.map((locale) => `${message}.${locale}`)));
  return [...seen]
    .filter((name) => !used.has(name))
    .map((name) => ({ file: `${files.shownAs}/messages/${name}.liquid`, line: 1, column: 1, what: "No notice says this.", next: "Name it in a notice and its language in locales, or remove it." }));
}

function mergeMessages(base: Messages, replaced: Messages): Messages {
  const names = [...new Set([...Object.keys(base), ...Object.keys(replaced)])];
  return Object.fromEntries(names.map((name) => [name, { ...base[name], ...replaced[name] }]));
}

function assemble(slug: string, definition: Definition, { messages, statements }: Words, { page, runbook }: ForPeople): Playbook {
  const { locales: _derived, promises, notices, publicNotices, release, ...rest } = definition;
  const used = new Set([...notices, ...publicNotices].map(({ message }) => message));
  const said = (byLocale: Record<string, MessageSource>) =>
    Object.fromEntries(Object.entries(byLocale).map(([locale, { body, ...source }]) => [locale, { ...source, body: withStatement(body, statements[locale]) }]));
  const kept = Object.fromEntries(Object.entries(messages).filter(([name]) => used.has(name)).map(([name, byLocale]) => [name, said(byLocale)]));
  const content = { slug, ...rest, ...(release && { release }), promises: promises.map(promiseRule), notices, publicNotices, messages: kept, page, runbook };
  return { ...content, version: versionOf(content) };
}

function promiseRule({ meaning, destination, stated, daysOf, ...rule }: Definition["promises"][number]): PromiseRule {
  return {
    ...rule,
    ...(stated !== undefined && { stated }),
    ...(daysOf !== undefined && { daysOf }),
    ...(destination !== undefined && { destination }),
    ...(meaning !== undefined && { meaning }),
  };
}

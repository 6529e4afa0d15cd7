import { Liquid } from "liquidjs";
import { plainText, textLength } from "../base/text-length.ts";
import type { SlotName } from "./core/vocabulary.ts";
import type { TemplateProblem, TemplateUse } from "./read-template.ts";

type Choices = Readonly<Record<string, readonly string[]>>;
type Problem = Omit<TemplateProblem, "offset">;

/** What carriers take as one message without trouble, and a reader without annoyance. */
const MAX_SEGMENTS = 4;
/** A text that branches on more than this many cases together is no short text. */
const MAX_CASES = 2_000;

/** The longest values that are to be expected. */
const LONGEST: Readonly<Record<SlotName, string>> = {
  store_name: "x".repeat(30),
  support_contact: "x".repeat(80),
  order_reference: "x".repeat(16),
  spoken_reference: "x".repeat(9),
  order_page: "x".repeat(70),
  first_name: "x".repeat(20),
  full_name: "x".repeat(40),
  amount: "€ 100.000,00",
  refund_by: "mercredi 30 septembre 2026",
  promised_by: "mercredi 30 septembre 2026",
  sent_on: "mercredi 30 septembre 2026",
  carrier: "x".repeat(20),
  last_seen_on: "mercredi 30 septembre 2026",
  expected_by: "mercredi 30 septembre 2026",
  next_update_by: "mercredi 30 septembre 2026 à 23:59 UTC+2",
  retry_link: "x".repeat(120),
  started_at: "mercredi 30 septembre 2026 à 23:59 UTC+2",
  status_page: "x".repeat(60),
  extended_until: "mercredi 30 septembre 2026",
  new_date: "mercredi 30 septembre 2026",
  answer_by: "mercredi 30 septembre 2026",
  basket_page: "x".repeat(70),
  ticket_reference: "x".repeat(16),
  declared_at: "mercredi 30 septembre 2026 à 23:59 UTC+2",
  called_at: "mercredi 30 septembre 2026 à 23:59 UTC+2",
  call_page: "x".repeat(70),
  agent_name: "x".repeat(40),
  queue_place: "9999",
  affected_count: "99999",
};

const engine = new Liquid({ strictFilters: true });

/** What is wrong with the words of a text message, beyond what holds of every text. */
export function textProblems(sms: string, use: TemplateUse, choices: Choices): readonly Problem[] {
  const always = new Set(use.slots.filter((slot) => slot.always).map(({ name }) => name));
  const problems: Problem[] = [];
  if (!always.has("store_name")) problems.push({ what: "The text does not say in every case whom it is from.", next: "Show {{ store_name }} outside of any if or case." });
  if (!always.has("order_page") && !always.has("support_contact")) problems.push({ what: "The text shows no way on in every case.", next: "Show {{ order_page }} or {{ support_contact }} outside of any if or case." });
  const marked = /<[A-Za-z/!?]|\*\*|__|\]\(|^\s*(?:#+|[-*]) |`/.exec(sms);
  if (marked) problems.push({ what: `A text message is plain: "${marked[0].trim()}" would be shown as it stands.`, next: "Write words alone, and {{ order_page }} for a link." });
  return problems.length > 0 ? problems : lengthProblems(sms, use, choices);
}

function lengthProblems(sms: string, use: TemplateUse, choices: Choices): readonly Problem[] {
  const asked = askedOf(use, choices);
  const cases = asked.reduce((count, { values }) => count * values.length, 1);
  if (cases > MAX_CASES) return [{ what: `The text has ${cases} cases together.`, next: `Branch on fewer choices: ${MAX_CASES} cases at most.` }];
  const template = engine.parse(sms);
  const texts = new Map(casesOf(asked).map((chosen) => [String(engine.renderSync(template, { ...LONGEST, ...chosen })).replace(/\s+/g, " ").trim(), chosen]));
  const longest = [...texts]
    .map(([text, chosen]) => ({ chosen, length: textLength(plainText(text)) }))
    .reduce((one, other) => (other.length.segments > one.length.segments ? other : one));
  if (longest.length.segments <= MAX_SEGMENTS) return [];
  const where = Object.entries(longest.chosen).map(([choice, value]) => `${choice} is ${value}`).join(", ");
  return [{
    what: `With long values the text takes ${longest.length.segments} segments${where === "" ? "" : ` where ${where}`} (${longest.length.units} characters of ${longest.length.alphabet}).`,
    next: `Shorten it to ${MAX_SEGMENTS} at most.`,
  }];
}

interface Asked {
  readonly choice: string;
  readonly values: readonly string[];
}

/** The choices that a text asks about, with the values that it tells apart: all that it does not name read alike. */
function askedOf({ comparisons, openCases }: TemplateUse, choices: Choices): readonly Asked[] {
  const named = new Map<string, Set<string>>();
  const name = (choice: string, values: readonly string[]): void => void named.set(choice, new Set([...(named.get(choice) ?? []), ...values]));
  for (const { choice, value } of comparisons) name(choice, [value]);
  for (const { choice, values } of openCases) name(choice, values);
  return [...named].map(([choice, told]) => {
    const other = choices[choice]?.find((value) => !told.has(value));
    return { choice, values: other === undefined ? [...told] : [...told, other] };
  });
}

function casesOf(asked: readonly Asked[]): readonly Readonly<Record<string, string>>[] {
  return asked.reduce<readonly Readonly<Record<string, string>>[]>((cases, { choice, values }) => cases.flatMap((chosen) => values.map((value) => ({ ...chosen, [choice]: value }))), [{}]);
}

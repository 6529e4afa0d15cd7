import type { RunbookStep } from "./model.ts";
import { leastMinutes, parseSpan, spanText } from "./span.ts";

/** A line of a runbook that cannot be followed, counted from 1. */
export interface RunbookProblem {
  readonly line: number;
  readonly what: string;
  readonly next: string;
}

export interface ReadRunbook {
  readonly steps: readonly RunbookStep[];
  readonly problems: readonly RunbookProblem[];
}

/** More than this is not read while something burns. */
const MOST_STEPS = 8;
const MOST_LETTERS = 300;

const TITLE = /^# \S/;
const STEP = /^(\d{1,2})\. \*\*(\S.*?)\*\* \(([a-z0-9]+(?:-[a-z0-9]+)*), (\w+)\)(?: (\S.*))?$/;
const SHAPE = "Write it on one line: 1. **What to do.** (role, 30m) And what it takes.";

/**
 * Reads `runbook.md`: what people do, in order. A title, then one line a step with its role and the time from the
 * opening of the case, or of the incident, by which it is done.
 */
export function readRunbook(text: string): ReadRunbook {
  const steps: RunbookStep[] = [];
  const problems: RunbookProblem[] = [];
  const [title = "", ...lines] = text.split("\n");
  if (!TITLE.test(title)) problems.push({ line: 1, what: "The runbook has no title.", next: "Begin with a line such as # Parcel stalled: what you do." });
  let number = 0;
  lines.forEach((content, index) => {
    if (content.trim() === "") return;
    const line = index + 2;
    // A step that is written wrongly counts all the same, or each one after it would be wrong as well.
    if (/^\d/.test(content)) number += 1;
    const read = readStep(content, steps.at(-1), number);
    if ("next" in read) problems.push({ line, ...read });
    else steps.push(read);
  });
  if (steps.length === 0 && problems.length === 0) problems.push({ line: 1, what: "The runbook has no step.", next: SHAPE });
  if (steps.length > MOST_STEPS) problems.push({ line: 1, what: `The runbook has ${steps.length} steps.`, next: `Keep it to ${MOST_STEPS}: who reads it is in a hurry.` });
  return { steps, problems };
}

function readStep(content: string, before: RunbookStep | undefined, number: number): RunbookStep | Omit<RunbookProblem, "line"> {
  const [, written, what, role, time, how = ""] = STEP.exec(content) ?? [];
  const within = parseSpan(time ?? "");
  if (what === undefined || role === undefined) return { what: "This is not a step.", next: SHAPE };
  if (within === undefined) return { what: `${time} is not a length of time.`, next: "Write 30m, 4h, 3d or 2bd (business days)." };
  if (Number(written) !== number) return { what: `Step ${written} stands where step ${number} belongs.`, next: "Number the steps in the order in which they are done." };
  if (content.length > MOST_LETTERS) return { what: `The step has ${content.length} letters.`, next: `Keep it under ${MOST_LETTERS}, and put the rest into page.md.` };
  if (before !== undefined && leastMinutes(within) < leastMinutes(before.within)) {
    return { what: `Step ${number} is to be done within ${spanText(within)}, before the step above it (${spanText(before.within)}).`, next: "Put the steps into the order in which they are done." };
  }
  return { what, role, within, how };
}

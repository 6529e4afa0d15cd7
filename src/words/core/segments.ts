import { invariant } from "../../base/errors.ts";

/** A text with holes: literal pieces, and slots that each reader's values fill. The shape that outreach builds mails from. */
export type Segments = readonly (string | { readonly slot: string })[];

/** Whether values become part of a plain text or of HTML, where they are escaped and never become markup. */
export type FillAs = "text" | "html";

/** The code points that stand for slots while a text is compiled. No text of a playbook may hold one (its checker sees to it). */
const FIRST_MARK = 0xe000;
const MARK = /[\uE000-\uF8FF]/u;

const SPECIAL = /[&<>"']/;
const SPECIALS = /[&<>"']/g;
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** The one character that stands for the slot with this number. Inert in Liquid, Markdown, HTML and addresses. */
export function markOf(index: number): string {
  return String.fromCharCode(FIRST_MARK + index);
}

/** Cuts a text at its marks; `slots` names them by number. */
export function cutAtMarks(text: string, slots: readonly string[]): Segments {
  const segments: (string | { readonly slot: string })[] = [];
  for (const piece of text.split(/([\uE000-\uF8FF])/u)) {
    if (piece === "") continue;
    const slot = MARK.test(piece) ? slots[piece.charCodeAt(0) - FIRST_MARK] : undefined;
    invariant(slot !== undefined || !MARK.test(piece), "every mark to stand for a slot");
    segments.push(slot === undefined ? piece : { slot });
  }
  return segments;
}

/** The names of the slots that a text has, each once, in the order in which they are shown. */
export function slotsIn(segments: Segments): readonly string[] {
  return [...new Set(segments.flatMap((segment) => (typeof segment === "string" ? [] : [segment.slot])))];
}

/** Fills a text with one reader's values. Throws where a slot has no value: that is our own mistake. */
export function fill(segments: Segments, values: Readonly<Record<string, string>>, as: FillAs): string {
  let filled = "";
  for (const segment of segments) {
    if (typeof segment === "string") {
      filled += segment;
      continue;
    }
    const value = values[segment.slot];
    if (value === undefined) invariant(false, `a value for the slot ${segment.slot}`);
    else filled += as === "html" ? escapeHtml(value) : value;
  }
  return filled;
}

/** The text as HTML shows it, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (special) => entities[special] ?? special) : text;
}

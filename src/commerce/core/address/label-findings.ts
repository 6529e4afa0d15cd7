import type { PostalAddress } from "../../../intake/index.ts";
import { finding, type AddressFinding } from "./model.ts";
import { hasLostCharacters, hasUnprintable, printable } from "./text.ts";

/** Characters in a line of a label: the least that the common carriers take. */
const LABEL_LINE = 35;

const PRINTED = ["name", "company", "city", "region"] as const;

/** What a label cannot hold or print. Never more than doubtful: staff can shorten it. */
export function labelFindings(address: PostalAddress): readonly AddressFinding[] {
  const parts = PRINTED.flatMap((field) => {
    const text = address[field];
    return text === undefined ? [] : printFindings(field, [text], () => ({ [field]: printable(text) }));
  });
  const printed = () => ({ lines: address.lines.map(printable).filter((line) => line !== "") });
  return [...parts, ...printFindings("lines", address.lines, printed)];
}

function printFindings(
  field: (typeof PRINTED)[number] | "lines",
  texts: readonly string[],
  printed: () => Partial<PostalAddress>,
): readonly AddressFinding[] {
  const isTooLong = texts.some((text) => isLonger(text.trim()));
  const isUnprintable = texts.some(hasUnprintable);
  const leavesSomething = isUnprintable && texts.some((text) => printable(text) !== "");
  return [
    ...(isTooLong ? [finding("doubtful", field, "too_long")] : []),
    ...(isUnprintable ? [finding("doubtful", field, "unprintable", leavesSomething ? printed() : undefined)] : []),
    ...(texts.some(hasLostCharacters) ? [finding("doubtful", field, "damaged")] : []),
  ];
}

/** Characters as people count them are one or two units of a string each. */
function isLonger(text: string): boolean {
  return text.length > 2 * LABEL_LINE || [...text].length > LABEL_LINE;
}

import { err, ok, type Result } from "../../base/result.ts";

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Reads `tag=value; tag=value` (RFC 6376 section 3.2), names in lower case. A tag that stands twice makes the list void. */
export function readTagList(text: string): Result<ReadonlyMap<string, string>, string> {
  const tags = new Map<string, string>();
  const parts = text.split(";");
  for (const [index, part] of parts.entries()) {
    if (part.trim() === "" && index === parts.length - 1) break;
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim();
    if (!TAG_NAME.test(name)) return err(`"${shortened(part.trim())}" is not a tag: write name=value, with ; between them`);
    if (tags.has(name.toLowerCase())) return err(`the tag ${name} stands twice`);
    tags.set(name.toLowerCase(), part.slice(equals + 1).trim());
  }
  return ok(tags);
}

/** Enough of a text to find it again. */
export function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

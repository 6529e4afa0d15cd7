/** Header fields by lower-case name, unfolded; the first of a name wins. */
export type Fields = Readonly<Record<string, string>>;

/** A hostile report may have any number of lines. */
const MAX_LINES = 2_000;
const FIELD = /^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:[ \t]*(.*)$/;

/** The fields at the start of a text, up to its first empty line. */
export function parseFields(text: string): Fields {
  return parseFieldGroups(text)[0] ?? {};
}

/** Groups of fields with empty lines between them, as a delivery report has one for each recipient. Other lines are passed over. */
export function parseFieldGroups(text: string): Fields[] {
  const groups: Record<string, string>[] = [];
  let group: Record<string, string> | undefined;
  let last: string | undefined;
  for (const line of text.split(/\r\n|\r|\n/, MAX_LINES)) {
    const field = FIELD.exec(line);
    if (line.trim() === "") group = last = undefined;
    else if (field) {
      if (!group) groups.push((group = Object.create(null) as Record<string, string>));
      last = (field[1] ?? "").toLowerCase();
      // A repeated name keeps its first value; what is folded behind the second goes nowhere.
      if (last in group) last = undefined;
      else group[last] = (field[2] ?? "").trim();
    } else if (group && last !== undefined && /^[ \t]/.test(line)) group[last] += ` ${line.trim()}`;
    else last = undefined;
  }
  return groups;
}

const ADDRESS = /[^\s<>()[\]:;,"@]{1,64}@[^\s<>()[\]:;,"@]{1,253}/;

/** The first mail address in a text, such as `rfc822; <a@b.c>`. */
export function addressIn(text: string | undefined): string | undefined {
  return ADDRESS.exec(text ?? "")?.[0].replace(/[.'`]+$/, "");
}

// Every Message-ID of ours is printable ASCII; PostgreSQL takes no NUL in a text, and anybody may write to the mailbox.
const BRACKETED = /<([\x21-\x3b\x3d\x3f-\x7e]{1,500})>/;
const BARE = /^\s*([\x21-\x3b\x3d\x3f-\x7e]{1,500}@[\x21-\x3b\x3d\x3f-\x7e]{1,300})\s*$/;

/** A Message-ID without its angle brackets; undefined for what cannot be one of ours. */
export function messageIdIn(text: string | undefined): string | undefined {
  return BRACKETED.exec(text ?? "")?.[1] ?? BARE.exec(text ?? "")?.[1];
}

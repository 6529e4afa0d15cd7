import { hashToken } from "../../base/ids.ts";

/** One mail to one person speaks of at most this many pages: it stays readable, and its one token finds them all. */
export const PAGES_PER_MAIL = 50;

/** What is stored of a mail's token for the page at position `part`: each page's call has its own hash. */
export function partHash(token: string, part: number): string {
  return hashToken(`${token}/${part}`);
}

/** Every hash under which a mail's token may stand. */
export function partHashes(token: string): string[] {
  return Array.from({ length: PAGES_PER_MAIL }, (_, part) => partHash(token, part));
}

import { MAX_DETAIL } from "./limits.ts";

const ADDRESS = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g;
// PostgreSQL takes no NUL in text, and no control belongs in a report.
const CONTROLS = /[\s\u0000-\u001f\u007f-\u009f]+/g;

/** What a server said, fit to be kept: without addresses (the ledger holds contact data in one column alone), short, printable. */
export function reportable(said: string): string {
  return said.toWellFormed().replace(CONTROLS, " ").replace(ADDRESS, "(address)").trim().slice(0, MAX_DETAIL).toWellFormed();
}

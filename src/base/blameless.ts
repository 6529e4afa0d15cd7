/**
 * SQLSTATE classes that speak of the database and not of what was asked of it: connection, rollback (deadlock,
 * serialisation), resources, operator intervention, system.
 */
const CLASSES = new Set(["08", "40", "53", "57", "58"]);

/** Node's codes for a connection that broke. */
const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOENT", "EHOSTUNREACH"]);

/** Whether an error is the database's state and no row's fault: everything is tried again, and nobody is blamed. */
export function blameless(error: unknown): boolean {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return false;
  return NETWORK.has(code) || (code.length === 5 && CLASSES.has(code.slice(0, 2)));
}

/** A broken invariant: our own mistake. Crashes the unit of work loudly; never caught to carry on. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Asserts what must always hold. Stays on in production. */
export function invariant(condition: unknown, expected: string): asserts condition {
  if (!condition) throw new InvariantError(`Expected: ${expected}`);
}

/** Makes a `switch` over a closed union exhaustive: the compiler refuses a forgotten case. */
export function never(value: never): never {
  throw new InvariantError(`Expected no further case, got ${JSON.stringify(value)}`);
}

/** An error that a person reads: what happened, which thing, what to do next. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  readonly status: number;
  readonly next: string;
  /** `code` is stable and for programs; `status` is the HTTP status that fits; `next` is what to do. */
  constructor(refusal: { code: string; status: number; what: string; next: string }) {
    super(`${refusal.what} ${refusal.next}`);
    this.code = refusal.code;
    this.status = refusal.status;
    this.next = refusal.next;
  }
}

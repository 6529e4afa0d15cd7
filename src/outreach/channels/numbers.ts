const E164 = /^\+[1-9]\d{6,14}$/;

/** What keeps a number from being one that orders are compared with; undefined where nothing does. */
export function wrongNumber(written: string): string | undefined {
  return E164.test(written) ? undefined : "the number is not written as E.164, with + and its country's code";
}

/** What a server announced in its answer to EHLO. */
export interface Capabilities {
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly startTls: boolean;
  readonly announcesSize: boolean;
  /** Undefined when the server names no limit. */
  readonly maxBytes?: number;
  /** Upper case, such as PLAIN. */
  readonly auth: readonly string[];
}

/** Reads the lines of an EHLO answer; the first is the server's name. */
export function readCapabilities(lines: readonly string[]): Capabilities {
  const words = lines.slice(1).map((line) => line.trim().toUpperCase().split(/[\s=]+/));
  const offers = (keyword: string) => words.some(([first]) => first === keyword);
  const size = words.find(([first]) => first === "SIZE");
  const limit = Number(size?.[1] ?? 0);
  const smtpUtf8 = offers("SMTPUTF8");
  return {
    pipelining: offers("PIPELINING"),
    // RFC 6531 3.1 (5): SMTPUTF8 implies 8BITMIME.
    eightBitMime: offers("8BITMIME") || smtpUtf8,
    smtpUtf8,
    startTls: offers("STARTTLS"),
    announcesSize: size !== undefined,
    ...(Number.isSafeInteger(limit) && limit > 0 ? { maxBytes: limit } : {}),
    auth: words.filter(([first]) => first === "AUTH").flatMap((line) => line.slice(1)),
  };
}

/** One whole reply of an SMTP server; the text of a multi-line one is joined by blanks. */
export interface Reply {
  readonly code: number;
  /** RFC 2034, such as 5.1.1. */
  readonly enhanced?: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** RFC 5321 4.5.3.1.5 asks for 512 octets; some servers write explanations. */
const MAX_REPLY_LINE = 8 * 1024;
const MAX_REPLY_LINES = 100;
const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?= |$)/;

/** The server broke the protocol; nothing that follows can be understood. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Cuts the bytes of a server into replies, however they are split over packets. */
export class ReplyReader {
  #rest = "";
  #lines: string[] = [];

  /** The replies that are complete with this chunk. Throws ProtocolError for what is no SMTP. */
  read(chunk: Buffer): Reply[] {
    this.#rest += chunk.toString("latin1");
    const replies: Reply[] = [];
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n")) {
      const line = this.#rest.slice(0, end).replace(/\r$/, "");
      this.#rest = this.#rest.slice(end + 1);
      const reply = this.#add(line);
      if (reply) replies.push(reply);
    }
    if (this.#rest.length > MAX_REPLY_LINE) throw new ProtocolError("The server sent a reply line without an end");
    return replies;
  }

  /** Whether the server has begun something that it has not finished. */
  get midway(): boolean {
    return this.#rest !== "" || this.#lines.length > 0;
  }

  #add(line: string): Reply | undefined {
    const match = line.length <= MAX_REPLY_LINE ? REPLY_LINE.exec(line) : null;
    if (!match || this.#lines.length >= MAX_REPLY_LINES) throw new ProtocolError(`Not an SMTP reply: ${JSON.stringify(line.slice(0, 80))}`);
    this.#lines.push(utf8(match[3] ?? ""));
    if (match[2] === "-") return undefined;
    const lines = this.#lines;
    this.#lines = [];
    return reply(Number(match[1]), lines);
  }
}

function reply(code: number, lines: readonly string[]): Reply {
  const enhanced = ENHANCED.exec(lines[0] ?? "")?.[1];
  // "250 5.1.1" contradicts itself; the basic code rules (RFC 2034 section 4).
  const agrees = enhanced !== undefined && enhanced[0] === String(code)[0];
  return { code, ...(agrees ? { enhanced } : {}), text: `${code} ${lines.join(" ")}`.trim(), lines };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

import PostalMime from "postal-mime";
import type { Email } from "postal-mime";

/** Who sent a mail to whom, as the SMTP commands said it. The null sender of a bounce is "". */
export interface SinkEnvelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** A mail that the sink took, with exactly the bytes that a customer's mailbox would have got. */
export interface SinkMail {
  /** Counts from 1 in order of arrival. */
  readonly number: number;
  readonly envelope: SinkEnvelope;
  readonly raw: Uint8Array;
  /** Subject, text, HTML and headers as a mail reader shows them; parsed at the first call. */
  parsed(): Promise<Email>;
}

export function sinkMail(number: number, envelope: SinkEnvelope, raw: Uint8Array): SinkMail {
  let parsing: Promise<Email> | undefined;
  return { number, envelope, raw, parsed: () => (parsing ??= PostalMime.parse(raw)) };
}

/** The last mails, oldest first, within a count and a total of bytes. */
export class Mailbox {
  readonly #limit: number;
  readonly #maxBytes: number;
  #mails: SinkMail[] = [];
  #first = 0;
  #bytes = 0;

  constructor(limit: number, maxBytes: number) {
    this.#limit = limit;
    this.#maxBytes = maxBytes;
  }

  add(mail: SinkMail): void {
    this.#mails.push(mail);
    this.#bytes += mail.raw.length;
    while (this.#mails.length - this.#first > this.#limit || this.#bytes > this.#maxBytes) this.#dropOldest();
  }

  all(): readonly SinkMail[] {
    return this.#mails.slice(this.#first);
  }

  // Shifting an array costs its length; a moving start with a rare compaction costs nothing per mail.
  #dropOldest(): void {
    this.#bytes -= this.#mails[this.#first]?.raw.length ?? 0;
    this.#first++;
    if (this.#first <= this.#limit) return;
    this.#mails = this.#mails.slice(this.#first);
    this.#first = 0;
  }
}

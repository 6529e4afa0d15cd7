import type { Certificate } from "../../base/certificates.ts";
import { never } from "../../base/errors.ts";
import type { Result } from "../../base/result.ts";
import type { Instant } from "../../base/time.ts";
import type { Reported } from "./progress.ts";
import type { HeardReply } from "./reply.ts";

/**
 * What a report from outside says about one of our messages.
 * `handedOver`: a server has it (processed, delayed): the clock keeps running; `delayed` where the next server said "not now"
 * and somebody goes on trying. `replied`: a person answered, so it was read.
 * `failed`: it did not arrive; `addressDead` only when the address itself is at fault and will stay so.
 */
export type Report =
  | { readonly kind: "handedOver"; readonly why: string; readonly delayed?: true }
  | { readonly kind: "delivered"; readonly why: string }
  /** `fault`: what somebody must put right with the provider before anything like it arrives. */
  | { readonly kind: "failed"; readonly addressDead: boolean; readonly why: string; readonly fault?: string }
  /** It did not arrive, because its recipient wants nothing more over this channel. */
  | { readonly kind: "stopped"; readonly why: string }
  | { readonly kind: "complained"; readonly why: string }
  | { readonly kind: "replied"; readonly why: string };

/**
 * A report and how its message is found: by Message-ID, else by the address it went to. Some relays give mails a new Message-ID;
 * of a report with a strange one only the death of the address is believed, which is true of every mail to it.
 */
export interface ReportedMessage {
  /** Without angle brackets. */
  readonly rfcId?: string;
  /** Lower case. */
  readonly address?: string;
  /** Of which copy of the message it speaks, by the provider's own name, where each send gets one. */
  readonly copyId?: string;
  readonly at: Instant;
  readonly report: Report;
}

/** Whether the message may be found by its address alone. */
export function speaksOfAddress(reported: ReportedMessage): boolean {
  if (reported.address === undefined) return false;
  return reported.rfcId === undefined || (reported.report.kind === "failed" && reported.report.addressDead);
}

/** What one piece of evidence says: reports, nothing that concerns a message of ours, or something we cannot read. */
export type EvidenceRead =
  | { readonly kind: "reports"; readonly reports: readonly ReportedMessage[] }
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** What follows from a report: for the message, for its address, and for a person. */
export interface Consequence {
  readonly happening: Reported;
  /** Why the address gets nothing from now on. */
  readonly suppress?: "bounce" | "complaint" | "stop";
  /** What a person is asked to do about the message. */
  readonly task?: string;
  /** A server put it off once more: it is counted, and changes nothing. */
  readonly delayed?: true;
  /** What a person is asked to do about the channel, whatever messages tell of it. */
  readonly fault?: string;
}

/** Reads a report. A complaint and a reply prove arrival; a complaint also ends mail to the address and goes to a person. */
export function consequenceOf(report: Report): Consequence {
  switch (report.kind) {
    case "handedOver":
      return { happening: { kind: "handedOver", why: report.why }, ...(report.delayed && { delayed: true }) };
    case "delivered":
      return { happening: { kind: "delivered", why: report.why } };
    case "failed":
      return { happening: { kind: "bounced", why: report.why }, ...(report.addressDead ? { suppress: "bounce" as const } : {}), ...(report.fault !== undefined && { fault: report.fault }) };
    case "stopped":
      return { happening: { kind: "bounced", why: report.why }, suppress: "stop" };
    case "complained":
      return {
        happening: { kind: "delivered", why: report.why },
        suppress: "complaint",
        task: "A customer marked a notice as spam. Mail to this address has stopped: decide how to reach them.",
      };
    case "replied":
      return { happening: { kind: "delivered", why: report.why }, task: "A customer replied to a notice. Read the mailbox and answer." };
    default:
      return never(report);
  }
}

/** Reads what was kept. Deterministic; may throw, which postpones the evidence. */
export interface EvidenceReader {
  /** Whose addresses its reports name; mail's where it is absent. */
  readonly channel?: string;
  read(body: Uint8Array, receivedAt: Instant): EvidenceRead | Promise<EvidenceRead>;
}

/** What arrived over HTTP, before anything is believed of it. Header names are lower case. */
export interface EvidenceDelivery {
  readonly headers: Readonly<Record<string, string>>;
  /** The whole address that it was sent to, as the public knows it. */
  readonly url?: string;
  readonly body: Uint8Array;
}

/** Why a delivery was not taken, for the person who reads the sender's log. */
export interface EvidenceProblem {
  readonly status: 400 | 401 | 503;
  readonly code: string;
  readonly what: string;
  readonly next: string;
  readonly retryAfterSeconds?: number;
}

/** One provider's event webhook: made by `create` of its folder in `evidence/`. */
export interface EvidenceAdapter extends EvidenceReader {
  /**
   * Where the vendor signs with a certificate: the address of the one that a delivery asks for, and only when it is one of
   * the vendor's own. It is fetched before `verify`; for anything else nothing is requested. Pure.
   */
  readonly certificateUrl?: (delivery: EvidenceDelivery) => string | undefined;
  /** Pure over headers and raw bytes; constant time. `certificate` is that of `certificateUrl`. */
  verify(delivery: EvidenceDelivery, now: Instant, certificate?: Certificate): Result<true, EvidenceProblem>;
  /**
   * Where the vendor sends nothing before it is told that its reports are wanted: the address that tells it so, of a
   * delivery that was verified, and only when it is one of the vendor's own. Pure.
   */
  readonly confirmationUrl?: (delivery: EvidenceDelivery) => string | undefined;
  /**
   * Where the vendor asks by GET, before it sends anything, whether its address is ours: what is answered; undefined to a stranger.
   * Constant time; never markup.
   */
  readonly handshake?: (query: Readonly<Record<string, unknown>>) => string | undefined;
  /** What makes a verified delivery the repetition of another, where its signature does not cover the body; else the body does. */
  readonly identity?: (body: Uint8Array) => string;
  /** Where a verified delivery says something in its address: the bytes that are kept in place of its body. Pure. */
  readonly kept?: (delivery: EvidenceDelivery) => Uint8Array;
  /** What a person wrote back, where people's own words come this way too. Of a delivery that was verified. Pure. */
  readonly reply?: (delivery: EvidenceDelivery) => HeardReply | undefined;
  /** How a reply is answered over HTTP: with words for its sender, or with none. */
  readonly answer?: (words: string | undefined) => { readonly type: string; readonly body: string };
}

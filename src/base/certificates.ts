import { X509Certificate } from "node:crypto";
import { fetchSmall } from "./fetch-small.ts";
import type { Fetch, Log } from "./ports.ts";
import { err, ok, type Result } from "./result.ts";
import { type Clock, HOUR, type Instant, MINUTE, plus, SECOND } from "./time.ts";

/** What a vendor's signature is checked with, where it signs with a certificate. */
export type Certificate = X509Certificate;

/** The certificates that vendors sign their webhooks with, as a port. */
export interface Certificates {
  /** The certificate at an address that an adapter knows for its vendor's own; or why it cannot be had now. */
  get(url: string): Promise<Result<Certificate, string>>;
}

/** A chain of certificates is a few kilobytes. */
const MAX_BYTES = 64 * 1_024;
/** An address stands for one certificate for ever; it is asked for again only so that one that was withdrawn does not outlive the day. */
const KEPT_FOR = 24 * HOUR;
/** Vendors have a handful each; the oldest makes room. */
const MAX_KEPT = 64;
/** An address that failed is left alone for this long. A vendor may repeat only three times, 20 seconds apart: it must be over by the first. */
export const CERTIFICATE_RETRY = 10 * SECOND;
/** Forged deliveries may name any number of addresses at a vendor's host: no host is asked for more than these in a minute. */
const MAX_FETCHES_OF_HOST = 10;
/** Deliveries that may wait for a certificate, each with its body in memory. */
const MAX_WAITING = 256;

/** Certificates over HTTP, remembered by this process: one request at a time for each address, and none for one that failed just now. */
export function createCertificates(ports: { readonly fetch: Fetch; readonly clock: Clock; readonly log: Log }): Certificates {
  return new CertificateCache(ports);
}

/** For what asks no vendor: a replay, which only plays what the store itself can sign. */
export const noCertificates: Certificates = { get: async () => err("this process asks no vendor") };

/** Whether a moment lies within a certificate's dates. */
export function isValidAt(certificate: Certificate, at: Instant): boolean {
  return certificate.validFromDate.getTime() <= at && at <= certificate.validToDate.getTime();
}

type Answer = Result<Certificate, string>;

class CertificateCache implements Certificates {
  private readonly ports: { readonly fetch: Fetch; readonly clock: Clock; readonly log: Log };
  private readonly kept = new Map<string, { readonly certificate: Certificate; readonly until: Instant }>();
  private readonly failed = new Map<string, { readonly why: string; readonly until: Instant }>();
  private readonly underWay = new Map<string, Promise<Answer>>();
  /** When each host was asked within the last minute. */
  private readonly asked = new Map<string, readonly Instant[]>();
  private waiting = 0;

  constructor(ports: { readonly fetch: Fetch; readonly clock: Clock; readonly log: Log }) {
    this.ports = ports;
  }

  async get(url: string): Promise<Answer> {
    const now = this.ports.clock.now();
    const kept = this.kept.get(url);
    if (kept && now < kept.until) return ok(kept.certificate);
    const fetched = await this.fetchOnce(url, now);
    // What was fetched before stays good while it cannot be fetched again: its own dates end it.
    return !fetched.ok && kept ? ok(kept.certificate) : fetched;
  }

  private async fetchOnce(url: string, now: Instant): Promise<Answer> {
    const failed = this.failed.get(url);
    if (failed && now < failed.until) return err(failed.why);
    if (this.waiting >= MAX_WAITING) return err("too many deliveries wait for one");
    const underWay = this.underWay.get(url) ?? this.begin(url, now);
    if (!underWay) return err("too many were asked for in the last minute");
    this.waiting++;
    try {
      return await underWay;
    } finally {
      this.waiting--;
    }
  }

  private begin(url: string, now: Instant): Promise<Answer> | undefined {
    const { host } = new URL(url);
    const recent = (this.asked.get(host) ?? []).filter((at) => plus(at, MINUTE) > now);
    if (recent.length >= MAX_FETCHES_OF_HOST) return undefined;
    this.asked.set(host, [...recent, now]);
    const begun = this.fetch(url).finally(() => this.underWay.delete(url));
    this.underWay.set(url, begun);
    return begun;
  }

  private async fetch(url: string): Promise<Answer> {
    const document = await fetchSmall(this.ports.fetch, url, MAX_BYTES);
    const read = document.ok ? readCertificate(document.value) : document;
    const now = this.ports.clock.now();
    if (read.ok) this.keep(url, read.value, now);
    else this.fail(url, read.error, now);
    return read;
  }

  private keep(url: string, certificate: Certificate, now: Instant): void {
    this.kept.delete(url);
    this.kept.set(url, { certificate, until: plus(now, KEPT_FOR) });
    for (const oldest of this.kept.keys()) if (this.kept.size > MAX_KEPT) this.kept.delete(oldest);
  }

  /** No more are remembered than may be asked for in a minute: those whose time is over go first. */
  private fail(url: string, why: string, now: Instant): void {
    for (const [other, { until }] of this.failed) if (until <= now) this.failed.delete(other);
    this.failed.set(url, { why, until: plus(now, CERTIFICATE_RETRY) });
    this.ports.log.warn({ host: new URL(url).host, why }, "A vendor's certificate cannot be fetched; its deliveries are sent back to be repeated");
  }
}

/** The first certificate of a PEM chain: the one that signs. */
function readCertificate(document: Uint8Array): Answer {
  try {
    return ok(new X509Certificate(document));
  } catch {
    return err("what the vendor answered is no certificate");
  }
}

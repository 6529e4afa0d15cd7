import { CERTIFICATE_RETRY, type Certificates } from "../base/certificates.ts";
import { fetchSmall } from "../base/fetch-small.ts";
import type { Fetch, Ports } from "../base/ports.ts";
import { SECOND } from "../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem } from "./core/evidence.ts";

export interface EvidencePorts extends Ports {
  readonly certificates: Certificates;
  readonly fetch: Fetch;
  /** Where the public reaches this server: some providers sign the address that they write to. */
  readonly publicUrl: string;
}

/** What a vendor answers to a confirmation: an id. */
const MAX_CONFIRMATION_BYTES = 64 * 1_024;

/**
 * Why a provider's delivery is not taken, if anything. One that asks whether its reports are wanted is answered first:
 * the store has configured that they are, and without the answer no evidence would ever come.
 */
export async function verifyEvidence(ports: EvidencePorts, adapter: EvidenceAdapter, delivery: EvidenceDelivery): Promise<EvidenceProblem | undefined> {
  const url = adapter.certificateUrl?.(delivery);
  const certificate = url === undefined ? undefined : await ports.certificates.get(url);
  if (certificate?.ok === false) return noCertificate(certificate.error);
  const verified = adapter.verify(delivery, ports.clock.now(), certificate?.value);
  if (!verified.ok) return verified.error;
  const confirmation = adapter.confirmationUrl?.(delivery);
  return confirmation === undefined ? undefined : confirm(ports, confirmation);
}

async function confirm(ports: EvidencePorts, url: string): Promise<EvidenceProblem | undefined> {
  const answer = await fetchSmall(ports.fetch, url, MAX_CONFIRMATION_BYTES);
  const { host } = new URL(url);
  if (answer.ok) {
    ports.log.info({ host }, "The subscription to a provider's reports is confirmed");
    return undefined;
  }
  ports.log.warn({ host, why: answer.error }, "The subscription to a provider's reports could not be confirmed; it is sent back to be repeated");
  return notConfirmed(answer.error);
}

const RETRY_AFTER_SECONDS = CERTIFICATE_RETRY / SECOND;

function noCertificate(why: string): EvidenceProblem {
  return {
    status: 503,
    code: "certificate_unavailable",
    what: `The certificate that it is signed with cannot be had: ${why}.`,
    next: "Nothing of it was kept. Send it again. If this stays, see that this server may reach the vendor's certificates over HTTPS.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

function notConfirmed(why: string): EvidenceProblem {
  return {
    status: 503,
    code: "not_confirmed",
    what: `The subscription could not be confirmed: ${why}.`,
    next: "Send it again. If this stays, see that this server may reach the vendor over HTTPS, or open the address of the confirmation yourself.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}

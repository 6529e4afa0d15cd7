import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hashToken, parseStoreId } from "../base/ids.ts";
import type { StoreId } from "../base/ids.ts";
import { acceptEvidence, MAIL_SOURCE } from "./accept-evidence.ts";
import { MAIL } from "./channel.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceProblem } from "./core/evidence.ts";
import type { Answering } from "./core/reply.ts";
import { hearReply } from "./hear-reply.ts";
import { verifyEvidence, type EvidencePorts } from "./verify-evidence.ts";

/** A provider's batch of events is below this; a mail that came back holds the notice and a report. */
const MAX_BODY_BYTES = 1_048_576;

/** What the routes need to know of a store. */
export interface EvidenceDesk {
  /** Event webhooks by their configured name. */
  readonly adapters: ReadonlyMap<string, EvidenceAdapter>;
  /** Hashes of the API keys that may post mails. */
  readonly keyHashes: readonly string[];
  /** How the store names itself to those who answer a text, and in which language it speaks to strangers. */
  readonly answering: Answering & { readonly locale: string };
}

/** The address that a store's event webhook of this name is reached at. */
export function evidenceUrl(publicUrl: string, store: string, name: string): string {
  return `${publicUrl.replace(/\/+$/, "")}/evidence/${store}/${name}`;
}

/**
 * `POST /evidence/:store/mail` (message/rfc822, API key) and `POST /evidence/:store/:provider` (signed); `GET` answers a vendor's handshake. 202 only after the commit of
 * the raw bytes; what a person replied is answered as its provider wants it, after what follows from it is committed.
 */
export function evidenceRoutes(ports: EvidencePorts, deskOf: (store: StoreId) => EvidenceDesk | undefined) {
  return async (http: FastifyInstance): Promise<void> => {
    http.removeAllContentTypeParsers();
    http.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => done(null, body));
    http.setErrorHandler((error: { statusCode?: number }, _request, reply) => refuse(reply, transportProblem(error.statusCode)));
    http.post<{ Params: { store: string; provider: string } }>("/evidence/:store/:provider", { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const store = parseStoreId(request.params.store);
      const desk = store && deskOf(store);
      const body = request.body;
      if (!store || !desk) return refuse(reply, noStore);
      if (!(body instanceof Uint8Array) || body.length === 0) return refuse(reply, empty);
      const { provider } = request.params;
      const adapter = provider === MAIL_SOURCE ? undefined : desk.adapters.get(provider);
      const delivery = { headers: headersOf(request), url: ports.publicUrl.replace(/\/+$/, "") + request.url, body };
      const wrong = provider === MAIL_SOURCE ? checkKey(delivery, desk) : await checkSignature(ports, delivery, adapter);
      if (wrong) return refuse(reply, wrong);
      const heard = adapter?.reply?.(delivery);
      if (heard) {
        const words = await hearReply(ports, store, { ...desk.answering, source: provider, channel: adapter?.channel ?? MAIL }, heard);
        const { type, body: answer } = adapter?.answer?.(words) ?? { type: "text/plain", body: "" };
        return reply.code(200).type(type).send(answer);
      }
      const kept = adapter?.kept?.(delivery) ?? body;
      const fresh = await acceptEvidence(ports, store, provider, kept, adapter?.identity?.(kept));
      return reply.code(202).send({ accepted: true, duplicate: !fresh });
    });
    http.get<{ Params: { store: string; provider: string }; Querystring: Record<string, unknown> }>("/evidence/:store/:provider", async (request, reply) => {
      const store = parseStoreId(request.params.store);
      const adapter = store && deskOf(store)?.adapters.get(request.params.provider);
      if (!adapter) return refuse(reply, noSource);
      const answer = adapter.handshake?.(request.query);
      return answer === undefined ? refuse(reply, noHandshake) : reply.code(200).type("text/plain").send(answer);
    });
  };
}

type Problem = Omit<EvidenceProblem, "status"> & { readonly status: number };

async function checkSignature(ports: EvidencePorts, delivery: EvidenceDelivery, adapter: EvidenceAdapter | undefined): Promise<Problem | undefined> {
  return adapter ? verifyEvidence(ports, adapter, delivery) : noSource;
}

function checkKey({ headers }: EvidenceDelivery, desk: EvidenceDesk): Problem | undefined {
  const key = /^Bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1] ?? headers["x-api-key"];
  // Hashes are compared: the time it takes tells nothing of the key.
  return key !== undefined && desk.keyHashes.includes(hashToken(key)) ? undefined : wrongKey;
}

/** What the server itself refuses, and what went wrong while writing. */
function transportProblem(status: number | undefined): Problem {
  if (status === 413) return tooLarge;
  return status !== undefined && status < 500 ? malformed : notStored;
}

function headersOf(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]));
}

/** A problem document (RFC 9457) that says what to do. */
function refuse(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, what, next, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  if (code === "wrong_key") reply.header("www-authenticate", "Bearer");
  reply.code(status).type("application/problem+json");
  return reply.send(JSON.stringify({ type: `urn:makegood:problem:${code}`, title: what, status, detail: `${what} ${next}`, next }));
}

const noStore: Problem = { status: 404, code: "unknown_store", what: "There is no such store.", next: "Check the address." };
const noSource: Problem = { status: 404, code: "unknown_source", what: "No such provider is configured.", next: "Add it under `evidence` in the configuration." };
const noHandshake: Problem = { status: 403, code: "no_handshake", what: "It is not asked as the provider asks whether this address is ours.", next: "Check that the verify token is the one that is configured; events come by POST." };
const empty: Problem = { status: 400, code: "malformed", what: "The body is empty.", next: "Send the mail or the events as the request's body." };
const tooLarge: Problem = { status: 413, code: "too_large", what: `The body is larger than ${MAX_BODY_BYTES} bytes.`, next: "Nothing of it was kept. Send less in one request." };
const wrongKey: Problem = { status: 401, code: "wrong_key", what: "The API key is missing or wrong.", next: "Send one of the store's API keys as a bearer token." };
const notStored: Problem = { status: 503, code: "not_stored", what: "It could not be written.", next: "Nothing of it was kept. Send it again." };
const malformed: Problem = { status: 400, code: "malformed", what: "The request is not readable HTTP.", next: "Check that its length fits its body and that it is complete." };

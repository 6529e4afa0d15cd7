import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hashToken, parseStoreId, type StoreId } from "../base/ids.ts";
import { type Delivery, type IntakeProblem, MAX_BODY_BYTES } from "./core/delivery.ts";
import { type Receiver, type Receipt, type Sources, unknownSource } from "./receive.ts";
import { apiKey, wrongKey } from "./sources/cloudevents/index.ts";

/**
 * `POST /hooks/:store/:source` for vendors and `POST /v1/events` for CloudEvents. Takes the body raw, whatever its
 * type. 200 only after the commit; everything else is a problem document (RFC 9457) that says what to do.
 */
export async function intakeRoutes(fastify: FastifyInstance, { receiver, sources }: { receiver: Receiver; sources: Sources }): Promise<void> {
  const byKey = sourcesByKey(sources);
  // Encapsulated: the other routes keep their own parsers and errors.
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error: { statusCode?: number }, _request, reply) => answer(reply, { kind: "refused", problem: transportProblem(error.statusCode) }));

    scope.post<{ Params: { store: string; source: string } }>("/hooks/:store/:source", { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const store = parseStoreId(request.params.store);
      return answer(reply, store ? await receiver.receive(store, request.params.source, delivery(request)) : refused(unknownSource()));
    });

    scope.post("/v1/events", { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const taken = delivery(request);
      const whose = byKey.get(hashToken(apiKey(taken.headers) ?? ""));
      return answer(reply, whose ? await receiver.receive(whose.store, whose.source, taken) : refused(wrongKey()));
    });
  });
}

function sourcesByKey(sources: Sources): ReadonlyMap<string, { store: StoreId; source: string }> {
  const byKey = new Map<string, { store: StoreId; source: string }>();
  for (const [store, named] of sources) {
    for (const { name, adapter } of named.values()) for (const hash of adapter.keyHashes ?? []) byKey.set(hash, { store, source: name });
  }
  return byKey;
}

function delivery(request: FastifyRequest): Delivery {
  const query = single(request.query as Record<string, string | string[]>);
  return {
    headers: single(request.headers),
    ...(Object.keys(query).length > 0 && { query }),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function single(given: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) values[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return values;
}

/** Fastify's own refusals: the body is too large, or the request broke off. */
function transportProblem(status: number | undefined): IntakeProblem {
  if (status === 413) {
    return { code: "too_large", status: 413, what: `The body is larger than ${MAX_BODY_BYTES} bytes.`, next: "Nothing of it was kept. Send less in one request." };
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return { code: "malformed", status: 400, what: "The request is not readable HTTP.", next: "Check that its length fits its body and that it is complete." };
  }
  return { code: "not_stored", status: 503, what: "It could not be written.", next: "Nothing of it was kept. Send it again.", retryAfterSeconds: 5 };
}

function refused(problem: IntakeProblem): Receipt {
  return { kind: "refused", problem };
}

const TITLES: Readonly<Record<IntakeProblem["code"], string>> = {
  unknown_source: "No such source",
  no_signature: "No signature",
  wrong_signature: "Wrong signature",
  stale_signature: "Signature out of time",
  certificate_unavailable: "Certificate not available",
  wrong_key: "Wrong API key",
  wrong_login: "Wrong user name or password",
  wrong_content_type: "Wrong content type",
  malformed: "Malformed request",
  too_large: "Body too large",
  too_many: "Too many deliveries",
  overloaded: "Overloaded",
  stopping: "Shutting down",
  not_stored: "Not stored",
};

function answer(reply: FastifyReply, receipt: Receipt): FastifyReply {
  if (receipt.kind === "kept") return reply.code(200).send({ kept: receipt.fresh, duplicates: receipt.duplicates });
  const { code, status, what, next, retryAfterSeconds } = receipt.problem;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  if (status === 401 && code === "wrong_key") reply.header("www-authenticate", "Bearer");
  reply.code(status).type("application/problem+json");
  return reply.send(JSON.stringify({ type: `urn:makegood:problem:${code}`, title: TITLES[code], status, detail: `${what} ${next}`, next }));
}

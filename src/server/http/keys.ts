import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { hashToken } from "../../base/ids.ts";
import type { StoreRuntime } from "../runtime/store-runtime.ts";

/** What the API's document says before its routes; each that asks for a key names the scheme `key`. */
export const API_DOCUMENT = {
  info: { title: "Makegood", version: "1", description: "A ledger of the promises a store makes to its customers." },
  components: { securitySchemes: { key: { type: "http", scheme: "bearer", description: "One of the store's apiKeys." } } },
} as const;

/** A refusal as the API answers it (RFC 9457). */
export const problem = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), next: z.string() });

export const json = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: "draft-7" });

/** Finds the store whose key a request bears: one of its configuration's `apiKeys`. */
export function keyHolders(stores: readonly StoreRuntime[]): (request: FastifyRequest) => StoreRuntime | undefined {
  const byKey = new Map(stores.flatMap((store) => store.evidence.keyHashes.map((hash) => [hash, store] as const)));
  return (request) => {
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    return key === undefined ? undefined : byKey.get(hashToken(key));
  };
}

export function refuseKey(reply: FastifyReply): FastifyReply {
  return refuse(reply, 401, "wrong_key", "The API key is missing or wrong.", "Send one of the store's apiKeys as a bearer token.");
}

export function refuse(reply: FastifyReply, status: number, code: string, what: string, next: string): FastifyReply {
  return reply.code(status).type("application/problem+json").send({ type: `urn:makegood:problem:${code}`, title: code, status, detail: `${what} ${next}`, next });
}

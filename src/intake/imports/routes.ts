import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Refusal } from "../../base/errors.ts";
import { hashToken, isUuid, type StoreId } from "../../base/ids.ts";
import type { Ports } from "../../base/ports.ts";
import type { Zone } from "../../base/time.ts";
import type { ConfiguredSource } from "../adapter.ts";
import { apiKey } from "../sources/cloudevents/index.ts";
import { importFile, MAX_IMPORT_BYTES, tooLarge } from "./import-file.ts";
import { reportLines } from "./report.ts";
import { SHEET_NAMES } from "./sheets.ts";
import { importById, latestImports, rejectsFrom } from "./store.ts";
import { importApi } from "./api-schema.ts";

/** Rejects that the answer itself names; all are in the report. */
const NAMED_REJECTS = 1_000;
/** Imports that the list names. */
const LISTED = 20;
/** Files that one process reads at a time: each holds a connection to the database while it commits. */
const MAX_AT_ONCE = 2;

/** A store that may bring files. */
export interface ImportStore {
  readonly id: StoreId;
  readonly zone: Zone;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  /** Hashes of the keys that speak for the whole store; the key of one source speaks for that source. */
  readonly keyHashes: readonly string[];
}

const query = z.object({
  source: z.string().optional(),
  as: z.enum(SHEET_NAMES).optional(),
  history: z.enum(["true", "false"]).default("true"),
});

/**
 * `POST /v1/imports` takes a CSV file of any size up to the limit as it comes and answers when it is read;
 * `GET /v1/imports` shows progress, and the report of what was rejected can be had as CSV.
 */
export function importRoutes(ports: Ports, stores: readonly ImportStore[]) {
  const ownerOf = owners(stores);
  const stopping = new AbortController();
  let running = 0;

  const bring = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { store, source } = writer(request, ownerOf);
    const { as, history } = asked(request);
    if (Number(request.headers["content-length"] ?? 0) > MAX_IMPORT_BYTES) throw tooLarge();
    if (running >= MAX_AT_ONCE) throw new Refusal({ code: "too_many", status: 429, what: `${MAX_AT_ONCE} files are being read already.`, next: "Send it again when one of them is done." });
    running += 1;
    try {
      const imported = history === "true" ? "history" : "news";
      const bytes = request.body as AsyncIterable<Uint8Array>;
      const { stopped, id, ...report } = await importFile(ports, { store: store.id, source, zone: store.zone, sheet: as, imported, bytes, stopping: stopping.signal });
      const named = await rejectsFrom(ports.db, store.id, id, { line: 0, place: -1 }, NAMED_REJECTS);
      const rejects = named.map(({ place: _, ...reject }) => reject);
      const answer = { id, source, history: imported === "history", ...report, rejects, report: `/v1/imports/${id}/rejects.csv` };
      return stopped ? refuse(reply, stopped, { import: answer }) : reply.send(answer);
    } finally {
      running -= 1;
    }
  };

  return async (http: FastifyInstance): Promise<void> => {
    http.removeAllContentTypeParsers();
    // The body is not taken here: who reads it decides how fast it comes.
    http.addContentTypeParser("*", (_request, body, done) => done(null, body));
    http.setSerializerCompiler(() => (body) => JSON.stringify(body));
    http.setValidatorCompiler(() => () => true);
    http.setErrorHandler((error, _request, reply) => {
      if (error instanceof Refusal) return refuse(reply, error);
      throw error;
    });
    http.addHook("preClose", async () => stopping.abort());
    http.post("/v1/imports", { schema: importApi.bring, bodyLimit: MAX_IMPORT_BYTES }, bring);
    http.get("/v1/imports", { schema: importApi.list }, async (request, reply) => {
      const rows = await latestImports(ports.db, reader(request, ownerOf).id, LISTED);
      return reply.send({ imports: rows });
    });
    http.get<{ Params: { id: string } }>("/v1/imports/:id", { schema: importApi.one }, async (request, reply) => reply.send(await found(ports, request, ownerOf)));
    http.get<{ Params: { id: string } }>("/v1/imports/:id/rejects.csv", { schema: importApi.rejects }, async (request, reply) => {
      const { id } = await found(ports, request, ownerOf);
      reply.type("text/csv; charset=utf-8").header("content-disposition", `attachment; filename="rejects-${id}.csv"`);
      return reply.send(Readable.from(reportLines(ports.db, reader(request, ownerOf).id, id)));
    });
  };
}

interface Owner {
  readonly store: ImportStore;
  /** The one source that the key speaks for; absent where it is the store's. */
  readonly source?: string;
}

type OwnerOf = (request: FastifyRequest) => Owner;

function owners(stores: readonly ImportStore[]): OwnerOf {
  const byKey = new Map<string, Owner>();
  for (const store of stores) {
    for (const hash of store.keyHashes) byKey.set(hash, { store });
    for (const { name, adapter } of store.sources.values()) for (const hash of adapter.keyHashes ?? []) byKey.set(hash, { store, source: name });
  }
  return (request) => {
    const key = apiKey({ authorization: request.headers.authorization ?? "", ...(typeof request.headers["x-api-key"] === "string" && { "x-api-key": request.headers["x-api-key"] }) });
    const owner = byKey.get(hashToken(key ?? ""));
    if (owner) return owner;
    throw new Refusal({ code: "wrong_key", status: 401, what: "The API key is missing or not known.", next: "Send one of the store's apiKeys, or the key of its CloudEvents source, as `Authorization: Bearer <key>`." });
  };
}

/** Whose rows they are: the source that is named, if the key speaks for it. */
function writer(request: FastifyRequest, ownerOf: OwnerOf): { readonly store: ImportStore; readonly source: string } {
  const { store, source: own } = ownerOf(request);
  const named = asked(request).source ?? own;
  if (named === undefined) throw malformed("It is not said whose rows they are.", `Name a source in the address: ?source=${[...store.sources.keys()].join(", ")}.`);
  if (own !== undefined && named !== own) throw new Refusal({ code: "wrong_key", status: 401, what: `This key speaks for the source "${own}" alone.`, next: "Send one of the store's apiKeys to write as another source." });
  if (!store.sources.has(named)) throw new Refusal({ code: "unknown_source", status: 404, what: "There is no such source.", next: `Name one of: ${[...store.sources.keys()].join(", ")}.` });
  return { store, source: named };
}

function reader(request: FastifyRequest, ownerOf: OwnerOf): ImportStore {
  return ownerOf(request).store;
}

function asked(request: FastifyRequest): z.output<typeof query> {
  const read = query.safeParse(request.query);
  if (read.success) return read.data;
  throw malformed(z.prettifyError(read.error), "Say ?source=, &as= and &history= as /v1/openapi.json has them.");
}

async function found(ports: Ports, request: FastifyRequest<{ Params: { id: string } }>, ownerOf: OwnerOf) {
  const store = reader(request, ownerOf);
  const { id } = request.params;
  const row = isUuid(id) ? await importById(ports.db, store.id, id) : undefined;
  if (row) return row;
  throw new Refusal({ code: "unknown_import", status: 404, what: "There is no such import.", next: "GET /v1/imports names them; reports are kept for 30 days." });
}

function malformed(what: string, next: string): Refusal {
  return new Refusal({ code: "malformed", status: 400, what, next });
}

function refuse(reply: FastifyReply, { code, status, message, next }: Refusal, more: object = {}): FastifyReply {
  if (status === 401) reply.header("www-authenticate", "Bearer");
  // What is left of a body that nobody reads would be taken for the next request.
  reply.code(status).type("application/problem+json").header("connection", "close");
  return reply.send({ type: `urn:makegood:problem:${code}`, title: code, status, detail: message, next, ...more });
}

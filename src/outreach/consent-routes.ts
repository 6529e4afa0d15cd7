import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { hashToken, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { parseInstant } from "../base/time.ts";
import type { Channel } from "./channel.ts";
import { recordConsents } from "./record-consents.ts";

/** More at once are sent in several requests. */
const MAX_CONSENTS = 1_000;
const MAX_BODY_BYTES = 1_048_576;

/** Who may record consents, and over which of the store's channels they count. */
export interface ConsentStore {
  readonly id: StoreId;
  readonly keyHashes: readonly string[];
  /** Those of its channels that are used by consent alone. */
  readonly channels: readonly Pick<Channel, "name" | "wrongAddress">[];
}

const consent = z.strictObject({
  channel: z.string().default("sms").describe("The channel that it is about."),
  address: z.string().trim().min(1).max(320).describe("What the channel reaches the person by; where that is a number, as E.164 (+49...)."),
  given: z.boolean().default(true).describe("Whether they agreed; false where they took it back."),
  at: z.string().transform((written, context) => parseInstant(written) ?? (context.addIssue({ code: "custom", message: "is no moment: write one such as 2026-10-05T08:00:00Z" }), z.NEVER)).describe("When they said so."),
  wording: z.string().trim().min(1).max(2_000).describe("The words that they agreed to."),
  source: z.string().trim().min(1).max(200).describe("Where: a form's name or address, a call, a file."),
});
const body = z.strictObject({ consents: z.array(consent).min(1).max(MAX_CONSENTS) });

const json = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: "draft-7", io: "input" });
const problem = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), next: z.string() });
const answer = z.object({ recorded: z.int().describe("New ones."), known: z.int().describe("Those that were kept before.") });

/** `POST /v1/consents`: who agreed to service messages over a channel, or took it back, with the words and where. All of a request or none. */
export function consentRoutes(ports: Ports, stores: readonly ConsentStore[]) {
  const byKey = new Map(stores.flatMap((store) => store.keyHashes.map((hash) => [hash, store] as const)));

  const record = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const store = byKey.get(hashToken(/^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? ""));
    if (!store) return refuse(reply, 401, "wrong_key", "The API key is missing or wrong.", "Send one of the store's apiKeys as a bearer token.");
    const asked = body.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, "malformed", z.prettifyError(asked.error), "Nothing of it was recorded. Correct it as /v1/openapi.json has it and send all of it again.");
    const { consents } = asked.data;
    const wrong = consents.map((each, index) => problemOf(store, each, index)).find((what) => what !== undefined);
    if (wrong !== undefined) return refuse(reply, 422, "not_recorded", wrong, "Nothing of it was recorded. Correct it and send all of it again.");
    const recorded = await recordConsents(ports, store.id, "api", consents);
    return reply.code(200).send({ recorded, known: consents.length - recorded });
  };

  return async (http: FastifyInstance): Promise<void> => {
    http.setSerializerCompiler(() => (answered) => JSON.stringify(answered));
    http.setValidatorCompiler(() => () => true);
    const schema = { summary: "Record who agreed to service messages, or took it back", tags: ["consents"], security: [{ key: [] }], body: json(body), response: { 200: { description: "What was recorded.", ...json(answer) }, "4xx": json(problem) } };
    http.post("/v1/consents", { schema, bodyLimit: MAX_BODY_BYTES }, record);
  };
}

function problemOf({ channels }: ConsentStore, { channel, address }: z.output<typeof consent>, index: number): string | undefined {
  const known = channels.find(({ name }) => name === channel);
  if (!known) return `consents[${index}]: "${channel}" is none of this store's channels that need consent (${channels.map(({ name }) => name).join(", ") || "there is none"}).`;
  const wrong = known.wrongAddress?.(address);
  return wrong === undefined ? undefined : `consents[${index}]: ${wrong}.`;
}

function refuse(reply: FastifyReply, status: number, code: string, what: string, next: string): FastifyReply {
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(status).type("application/problem+json").send({ type: `urn:makegood:problem:${code}`, title: code, status, detail: `${what} ${next}`, next });
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { reconcile, RECONCILIATION_LISTS, type ReconciliationList } from "../../incidents/index.ts";
import type { Opened } from "../runtime/open.ts";
import { json, keyHolders, problem, refuse, refuseKey } from "./keys.ts";

const counts = z.record(z.string(), z.int());
const line = z
  .object({
    affected: z.int().describe("Cases."),
    people: z.int().describe("Recipients behind them."),
    told: z.int(),
    presumedTold: z.int(),
    unreachable: counts.describe("By reason."),
    excused: counts.describe("By reason."),
    due: z.int().describe("Still owed a word, those on their way included."),
    overdue: z.int(),
    balanced: z.boolean(),
  })
  .loose();

const query = z.object({
  list: z.enum(RECONCILIATION_LISTS as readonly [ReconciliationList, ...ReconciliationList[]]).optional().describe("Adds the list behind one of the numbers."),
  after: z.uuid().optional().describe("Goes on after this id: `next` of the page before."),
});

/** The API for a store's own programs. A key of the configuration's `apiKeys` names the store. */
export function apiRoutes(opened: Opened) {
  const storeOf = keyHolders(opened.stores);

  async function answer(request: FastifyRequest, reply: FastifyReply, incidentId?: string): Promise<FastifyReply> {
    const store = storeOf(request);
    if (!store) return refuseKey(reply);
    const asked = query.safeParse(request.query);
    if (!asked.success) return refuse(reply, 400, "malformed", z.prettifyError(asked.error), `Lists are: ${RECONCILIATION_LISTS.join(", ")}.`);
    if (incidentId !== undefined && !z.uuid().safeParse(incidentId).success) return refuse(reply, 404, "unknown_incident", "There is no such incident.", "Take its id from a list of the reconciliation.");
    const { list, after } = asked.data;
    const options = { ...(incidentId !== undefined && { incidentId }), ...(list !== undefined && { list }), ...(after !== undefined && { after }) };
    return reply.send(await reconcile(opened.database, store.id, opened.ports.clock.now(), options));
  }

  const schema = (summary: string) => ({ summary, tags: ["reconciliation"], security: [{ key: [] }], querystring: json(query), response: { 200: { description: "The line.", ...json(line) }, "4xx": json(problem) } });

  return async (http: FastifyInstance): Promise<void> => {
    // Answers are validated where they are made; the schema documents them.
    http.setSerializerCompiler(() => (body) => JSON.stringify(body));
    http.setValidatorCompiler(() => () => true);
    http.get("/v1/reconciliation", { schema: schema("Is everybody accounted for?") }, (request, reply) => answer(request, reply));
    http.get<{ Params: { id: string } }>("/v1/incidents/:id/reconciliation", { schema: schema("Is everybody of this incident accounted for?") }, (request, reply) => answer(request, reply, request.params.id));
  };
}

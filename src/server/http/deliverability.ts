import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { deliverability, DELIVERABILITY_DAYS, MAX_DELIVERABILITY_DAYS } from "../../outreach/index.ts";
import type { Opened } from "../runtime/open.ts";
import { json, keyHolders, problem, refuse, refuseKey } from "./keys.ts";

const query = z.object({ days: z.coerce.number().int().min(1).max(MAX_DELIVERABILITY_DAYS).default(DELIVERABILITY_DAYS).describe("Days of UTC: today so far, and those before.") });

const share = (of: string) => z.number().min(0).max(1).nullable().describe(`Of ${of}; null where there are none.`);
const mail = z.object({
  name: z.string(),
  accepted: z.int().describe("Messages that a provider took."),
  refused: z.int().describe("A provider's final no."),
  deferred: z.int().describe("Answers and reports of \"not now\"; one message may have many."),
  delivered: z.int().describe("Messages whose arrival was proved."),
  bounced: z.int().describe("Messages that came back after they were accepted."),
  complained: z.int().describe("Addresses whose owner called a message spam."),
  rates: z.object({ delivered: share("those accepted"), bounced: share("those accepted or refused, the refused among them"), complained: share("those accepted"), deferred: share("all answers") }),
});
const answer = z.object({
  days: z.int(),
  since: z.iso.datetime(),
  isEmpty: z.boolean().describe("Whether nothing was sent, answered or reported."),
  total: mail,
  providers: z.array(mail),
  domains: z.array(mail).describe("Large mailbox domains; the rest, and those with fewer than 20 answers, are `others`."),
  findings: z.array(z.string()).describe("What a person should look at, in plain words."),
});

/** How mail is taken, by provider and by domain, for a store's own programs. */
export function deliverabilityRoutes(opened: Opened) {
  const storeOf = keyHolders(opened.stores);
  const schema = { summary: "How is our mail taken, by provider and by the recipients' domain?", tags: ["deliverability"], security: [{ key: [] }], querystring: json(query), response: { 200: { description: "Counts, rates and findings.", ...json(answer) }, "4xx": json(problem) } };

  return async (http: FastifyInstance): Promise<void> => {
    // Answers are validated where they are made; the schema documents them.
    http.setSerializerCompiler(() => (body) => JSON.stringify(body));
    http.setValidatorCompiler(() => () => true);
    http.get("/v1/deliverability", { schema }, async (request, reply) => {
      const store = storeOf(request);
      if (!store) return refuseKey(reply);
      const asked = query.safeParse(request.query);
      if (!asked.success) return refuse(reply, 400, "malformed", z.prettifyError(asked.error), `Ask for 1 to ${MAX_DELIVERABILITY_DAYS} whole days.`);
      return reply.send(await deliverability(opened.database, store.id, asked.data.days, opened.ports.clock.now()));
    });
  };
}

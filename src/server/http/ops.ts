import type { FastifyInstance } from "fastify";
import type { Opened } from "../runtime/open.ts";
import { ping } from "../stores/store.ts";
import { metricsText } from "./metrics.ts";

/** What operators' machines ask: is it up, can it work, how much is there. No personal data in any answer. */
export function opsRoutes(opened: Opened) {
  return async (http: FastifyInstance): Promise<void> => {
    http.get("/healthz", { schema: { summary: "The process is up.", tags: ["operations"] } }, async () => ({ status: "up" }));
    http.get("/readyz", { schema: { summary: "The process can work: its database answers.", tags: ["operations"] } }, async (_request, reply) => {
      try {
        await ping(opened.database);
        return { status: "ready" };
      } catch {
        return reply.code(503).send({ status: "not ready", why: "The database does not answer.", next: "Check DATABASE_URL and the database server." });
      }
    });
    http.get("/metrics", { schema: { summary: "Prometheus metrics.", tags: ["operations"] } }, async (_request, reply) => {
      const { type, text } = await metricsText(opened);
      return reply.type(type).send(text);
    });
    http.get("/v1/openapi.json", { schema: { hide: true } }, async () => http.swagger());
  };
}

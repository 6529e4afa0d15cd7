import formbody from "@fastify/formbody";
import rateLimit from "@fastify/rate-limit";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LIVE_SCRIPT, STYLE } from "./assets.ts";
import { acceptedLanguage } from "./core/reader.ts";
import { chooseRoute } from "./choose-route.ts";
import { findRoutes, sendTooOften } from "./find-routes.ts";
import { orderRoutes } from "./order-routes.ts";
import type { PortalPorts } from "./ports.ts";
import { NO_STORE_COLOUR, sendPage } from "./render.ts";
import { staffRoutes } from "./staff-routes.ts";
import { withdrawRoute } from "./withdraw-route.ts";
import { TEXTS } from "./texts/index.ts";

/** A year: a file's address changes with its content. */
const FOR_EVER = "public, max-age=31536000, immutable";

/**
 * The pages that customers and paged staff open: `/o/:token`, `/find/:store`, `/page/:token`. Behind a proxy the
 * server must know its readers' addresses (`trustProxy`), or all of them share one limit.
 */
export async function portalRoutes(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  for (const asset of [STYLE, LIVE_SCRIPT]) {
    fastify.get(asset.path, async (_request, reply) => reply.header("cache-control", FOR_EVER).header("x-content-type-options", "nosniff").type(asset.type).send(asset.body));
  }
  // Encapsulated: the other routes keep their own parsers, headers and errors.
  await fastify.register(async (scope) => {
    await scope.register(formbody);
    await scope.register(rateLimit, { global: false });
    scope.addHook("onRequest", async (_request, reply) => void keepPrivate(reply));
    scope.setErrorHandler((error: FastifyError, request, reply) => answerError(ports, error, request, reply));
    await orderRoutes(scope, ports);
    await chooseRoute(scope, ports);
    await withdrawRoute(scope, ports);
    await findRoutes(scope, ports);
    await staffRoutes(scope, ports);
  });
}

/** An address is a key: it is given to no other site, found by no search engine and kept in no cache. */
function keepPrivate(reply: FastifyReply): void {
  reply.headers({
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
  });
}

function answerError(ports: PortalPorts, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status === 429) {
    const form = sendTooOften(ports, request as Parameters<typeof sendTooOften>[1], reply);
    if (form !== undefined) return form;
  }
  if (status >= 500) ports.log.error({ route: request.routeOptions.url, why: error.message }, "A page could not be shown");
  const language = acceptedLanguage(request.headers["accept-language"]);
  const { failed, skip } = TEXTS[language];
  const frame = { lang: language, title: failed.title, colour: NO_STORE_COLOUR, skip, live: false };
  return sendPage(reply, status >= 400 && status < 500 ? status : 500, "message", frame, { ...failed, steps: [], links: [] });
}

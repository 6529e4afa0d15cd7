import type { FastifyInstance } from "fastify";
import { parseInstant } from "../base/time.ts";
import { findPage, frameOf, type OrderRequest } from "./order-routes.ts";
import type { PortalPorts } from "./ports.ts";
import { sendPage } from "./render.ts";
import { type Answer, takeAnswer } from "./take-answer.ts";
import { TEXTS } from "./texts/index.ts";

const MAX_FORM_BYTES = 1_024;
const CHOICES = { max: 30, timeWindow: "1 minute" };

/**
 * `POST /o/:token/choice`: the customer of a late order waits, or has their money back (16 CFR 435.2(b)). Nothing is
 * done by opening an address, because mail scanners do. The answer is kept before it is confirmed; sent again it is the same.
 */
export async function chooseRoute(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  fastify.post<OrderRequest>("/o/:token/choice", { bodyLimit: MAX_FORM_BYTES, config: { rateLimit: CHOICES } }, async (request, reply) => {
    const found = await findPage(ports, request);
    const answer = answerOf(request.body);
    if (found === undefined || answer === undefined) return reply.redirect(`/o/${request.params.token}`, 303);
    const { store, reader, page, orderId } = found;
    const { choice } = TEXTS[reader.language];
    const isOffered = await takeAnswer(ports, store.id, orderId, page.choice !== undefined, answer);
    const said = isOffered ? choice.heard[answer.choice] : choice.over;
    const links = [{ href: `/o/${request.params.token}?lang=${reader.language}`, text: choice.back }];
    const { languages: _, ...frame } = frameOf(store, reader.language);
    return sendPage(reply, isOffered ? 200 : 409, "message", { ...frame, title: said.title }, { ...said, steps: [], links });
  });
}

/** A date that was on offer, or none; anything else was not sent by our form. */
function answerOf(body: unknown): Answer | undefined {
  const { choice, terms } = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (choice !== "cancel" && choice !== "wait") return undefined;
  if (typeof terms !== "string" || (terms !== "unknown" && parseInstant(terms) === undefined)) return undefined;
  return { choice, terms };
}

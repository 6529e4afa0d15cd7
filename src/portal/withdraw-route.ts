import type { FastifyInstance } from "fastify";
import { instant, type Instant } from "../base/time.ts";
import { keepOwnWords } from "../intake/index.ts";
import { formatFor } from "./core/format.ts";
import type { Reader } from "./core/reader.ts";
import { findPage, frameOf, type OrderRequest } from "./order-routes.ts";
import type { PortalPorts } from "./ports.ts";
import { sendPage } from "./render.ts";
import { TEXTS } from "./texts/index.ts";

const MAX_FORM_BYTES = 1_024;
const DECLARATIONS = { max: 30, timeWindow: "1 minute" };

/**
 * `POST /o/:token/withdrawal`: the customer withdraws from the contract of the whole order, in two steps (Directive
 * 2011/83/EU art. 11a(1) and (3)). Nothing is declared by opening an address. The declaration is kept before it is
 * confirmed; sent again it is the same, and the first counts.
 */
export async function withdrawRoute(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  fastify.post<OrderRequest>("/o/:token/withdrawal", { bodyLimit: MAX_FORM_BYTES, config: { rateLimit: DECLARATIONS } }, async (request, reply) => {
    const { token } = request.params;
    const found = await findPage(ports, request);
    if (found === undefined) return reply.redirect(`/o/${token}`, 303);
    const { store, reader, page, orderId } = found;
    const { withdrawal, choice } = TEXTS[reader.language];
    const { languages: _, ...frame } = frameOf(store, reader.language);
    const links = [{ href: `/o/${token}?lang=${reader.language}`, text: choice.back }];
    if (!page.mayWithdraw) return sendPage(reply, 409, "message", { ...frame, title: withdrawal.over.title }, { ...withdrawal.over, steps: [], links });
    const steps = [page.heading, ...page.items.map((item) => `${item.quantity} × ${item.title}`)];
    if (!isConfirmed(request.body)) {
      const { title, lead, submit } = withdrawal.confirm;
      return sendPage(reply, 200, "message", { ...frame, title }, { title, lead: lead(page.hasEmail), steps, links, form: { path: `/o/${token}/withdrawal?lang=${reader.language}`, submit } });
    }
    const now = ports.clock.now();
    await keepOwnWords(ports.db, store.id, [{ orderId, key: "withdrawal", at: now, kind: "withdrawal.declared", stated: {} }], now);
    const { title, lead } = withdrawal.heard;
    return sendPage(reply, 200, "message", { ...frame, title }, { title, lead: lead(momentWithYear(reader, now), page.hasEmail), steps, links });
  });
}

/** It is kept for longer than a year. */
function momentWithYear(reader: Reader, at: Instant): string {
  const format = formatFor(reader, instant(0));
  return `${format.moment(at).text} (${format.zoneName(at)})`;
}

function isConfirmed(body: unknown): boolean {
  return typeof body === "object" && body !== null && (body as Record<string, unknown>)["confirm"] === "yes";
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StoreId } from "../base/ids.ts";
import { invariant } from "../base/errors.ts";
import type { Instant } from "../base/time.ts";
import type { OrderView } from "../commerce/index.ts";
import { orderPage, type OrderPage } from "./core/order-page.ts";
import { acceptedLanguage, languageOf, readerOf, type Reader } from "./core/reader.ts";
import type { PortalStore } from "./core/record.ts";
import { LANGUAGES, type Language } from "./core/texts.ts";
import { livePages } from "./live.ts";
import type { PortalPorts } from "./ports.ts";
import { NO_STORE_COLOUR, sendPage, versionOf, type Frame } from "./render.ts";
import { TEXTS } from "./texts/index.ts";

/** A page is read by a person and looked at by a script; no person opens one more often. */
const PAGE_READS = { max: 120, timeWindow: "1 minute" };

/** A store's tokens are 32 characters; nothing else is looked for. */
const TOKEN = /^[A-Za-z0-9_-]{20,64}$/;

export interface OrderRequest {
  Params: { token: string };
  Querystring: { lang?: string };
}

interface Found {
  readonly orderId: string;
  readonly store: PortalStore;
  readonly reader: Reader;
  readonly page: OrderPage;
}

/** `GET /o/:token`, an order's page, and `GET /o/:token/live`, which tells the page when it has news. */
export async function orderRoutes(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  const live = livePages(ports, ports.onPulse);
  fastify.addHook("preClose", async () => live.close());

  fastify.get<OrderRequest>("/o/:token", { config: { rateLimit: PAGE_READS } }, async (request, reply) => {
    const found = await findPage(ports, request);
    return found === undefined ? sendGone(ports, request, reply) : sendOrder(reply, found, `/o/${request.params.token}`);
  });

  fastify.get<OrderRequest>("/o/:token/live", { config: { rateLimit: PAGE_READS } }, async (request, reply) => {
    const opened = await open(ports, request.params.token, ports.clock.now());
    if (opened === undefined) return reply.code(404).send();
    const version = async (): Promise<string | undefined> => {
      const found = await findPage(ports, request);
      return found && versionOf(found.page);
    };
    const stream = live.open(request.ip, version);
    if (stream === undefined) return reply.code(503).header("retry-after", "60").send();
    request.raw.once("close", () => stream.destroy());
    // Proxies that gather an answer before they pass it on would hold back every word.
    return reply.type("text/event-stream").header("x-accel-buffering", "no").send(stream);
  });
}

async function open(ports: PortalPorts, token: string, now: Instant): Promise<{ store: StoreId; order: OrderView } | undefined> {
  return TOKEN.test(token) ? ports.reads.byToken(token, now) : undefined;
}

/** The page that an address opens; undefined when it opens none. */
export async function findPage(ports: PortalPorts, request: FastifyRequest<OrderRequest>): Promise<Found | undefined> {
  const now = ports.clock.now();
  const opened = await open(ports, request.params.token, now);
  if (opened === undefined) return undefined;
  const store = ports.stores.get(opened.store);
  invariant(store, `store ${opened.store} to be configured`);
  const { contact, country } = opened.order;
  const reader = readerOf({ chosen: request.query.lang, locale: contact.locale, country, storeLocale: store.locale, storeZone: store.zone });
  const record = await ports.reads.record(opened.store, opened.order, store.zone);
  return { orderId: opened.order.orderId, store, reader, page: orderPage(record, store, reader, TEXTS[reader.language], now) };
}

function sendOrder(reply: FastifyReply, { store, reader, page }: Found, path: string): FastifyReply {
  const texts = TEXTS[reader.language];
  const frame: Frame = { ...frameOf(store, reader.language), title: page.title, skip: texts.skip, live: true };
  return sendPage(reply, 200, "order", frame, { page, texts, version: versionOf(page), choosePath: `${path}/choice?lang=${reader.language}`, withdrawPath: `${path}/withdrawal?lang=${reader.language}` });
}

/** What the pages of a store have in common. A link without a path keeps the page and changes its language. */
export function frameOf(store: PortalStore, language: Language): Frame {
  const texts = TEXTS[language];
  return {
    lang: language,
    title: store.name,
    colour: store.colour,
    brand: { name: store.name, ...(store.url !== undefined && { url: store.url }) },
    languages: languagesBeside(language),
    skip: texts.skip,
    live: false,
  };
}

function languagesBeside(language: Language): NonNullable<Frame["languages"]> {
  const links = LANGUAGES.filter((other) => other !== language).map((other) => ({ lang: other, name: TEXTS[other].language, href: `?lang=${other}` }));
  return { label: TEXTS[language].otherLanguages, links };
}

/** An address that opens nothing: never was, is no longer, or is not whole. It does not tell which. */
function sendGone(ports: PortalPorts, request: FastifyRequest<OrderRequest>, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.query.lang) ?? acceptedLanguage(request.headers["accept-language"]);
  const { gone, skip } = TEXTS[language];
  const [only, ...others] = ports.stores.values();
  // Of several stores it would be a guess, or a list of whom this server works for.
  const links = only !== undefined && others.length === 0 ? [{ href: `/find/${only.id}?lang=${language}`, text: gone.look(only.name) }] : [];
  const frame: Frame = { lang: language, title: gone.title, colour: NO_STORE_COLOUR, languages: languagesBeside(language), skip, live: false };
  return sendPage(reply, 404, "message", frame, { title: gone.title, lead: gone.lead, steps: gone.steps, links });
}

import type { FastifyInstance, FastifyReply } from "fastify";
import { acknowledgePage, pagesOfToken, type CalledPages } from "../people/index.ts";
import { formatFor, type When } from "./core/format.ts";
import type { PromiseMark } from "./core/texts.ts";
import type { PortalPorts } from "./ports.ts";
import { NO_STORE_COLOUR, sendPage, type Frame } from "./render.ts";

/** A name as an audit line shows it. */
const LONGEST_NAME = 80;
const MAX_FORM_BYTES = 1_024;

interface StaffRequest {
  Params: { token: string };
}

/**
 * `GET /page/:token` shows what a page mail is about and changes nothing, because mail scanners open links;
 * `POST` acknowledges it. In English, as page mails are.
 */
export async function staffRoutes(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  fastify.get<StaffRequest>("/page/:token", async (request, reply) => {
    const called = await pagesOfToken(ports.db, request.params.token);
    return called === undefined ? sendUnknown(reply) : sendCalled(ports, reply, called);
  });

  fastify.post<StaffRequest>("/page/:token", { bodyLimit: MAX_FORM_BYTES }, async (request, reply) => {
    const acknowledged = await acknowledgePage(ports, request.params.token, whoOf(request.body));
    // Shown by the GET, so that a reload acknowledges nothing again.
    return acknowledged === undefined ? sendUnknown(reply) : reply.redirect(`/page/${request.params.token}`, 303);
  });
}

function whoOf(body: unknown): string | undefined {
  const who = typeof body === "object" && body !== null && "who" in body ? body.who : undefined;
  const name = typeof who === "string" ? who.replace(/\s+/g, " ").trim().slice(0, LONGEST_NAME) : "";
  return name === "" ? undefined : name;
}

interface PageLine {
  readonly store: string;
  readonly why: string;
  readonly about: string;
  readonly mark: PromiseMark;
  readonly state: string;
  readonly when?: When;
}

function sendCalled(ports: PortalPorts, reply: FastifyReply, { person, pages }: CalledPages): FastifyReply {
  const open = pages.filter((page) => page.acknowledgedAt === null && page.closedAt === null).length;
  const heading = open === 0 ? "Nothing here needs you now" : open === 1 ? "A page needs you" : `${open} pages need you`;
  const lead = open === 0 ? "Nobody else is called for this." : `${person}, acknowledge so that nobody else is called. It means: I am on it.`;
  const button = open === 1 ? "Acknowledge" : `Acknowledge all ${open}`;
  const view = { heading, lead, button, open: open > 0, person, longestName: LONGEST_NAME, pages: pages.map((page) => lineOf(ports, page)) };
  return sendPage(reply, 200, "staff", frameOf(ports, heading, pages[0]?.store), view);
}

function lineOf(ports: PortalPorts, page: CalledPages["pages"][number]): PageLine {
  const store = ports.stores.get(page.store);
  const format = formatFor({ language: "en", format: "en-GB", zone: store?.zone ?? "UTC" }, ports.clock.now());
  const common = { store: store?.name ?? page.store, why: page.why, about: page.about };
  if (page.acknowledgedAt !== null) return { ...common, mark: "kept", state: `Acknowledged by ${page.acknowledgedBy ?? page.person}`, when: format.moment(page.acknowledgedAt) };
  if (page.closedAt !== null) return { ...common, mark: "dropped", state: "Settled", when: format.moment(page.closedAt) };
  return { ...common, mark: "missed", state: "Not acknowledged" };
}

function frameOf(ports: PortalPorts, title: string, storeId?: CalledPages["pages"][number]["store"]): Frame {
  const store = storeId && ports.stores.get(storeId);
  return { lang: "en", title, colour: store?.colour ?? NO_STORE_COLOUR, ...(store && { brand: { name: store.name } }), skip: "Skip to the page", live: false };
}

function sendUnknown(reply: FastifyReply): FastifyReply {
  const title = "This link opens no page";
  const frame: Frame = { lang: "en", title, colour: NO_STORE_COLOUR, skip: "Skip to the page", live: false };
  const steps = ["Open the link in the newest page mail again. If you copied it, check that it is whole.", "If the mail is old, ask whoever is on call."];
  return sendPage(reply, 404, "message", frame, { title, lead: "It may be incomplete, or not one of ours.", steps, links: [] });
}

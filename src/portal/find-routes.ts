import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseStoreId } from "../base/ids.ts";
import { problemsOf, readForm, type FindForm, type FormProblem } from "./core/find-form.ts";
import { humanOf } from "./core/order-page.ts";
import { languageOf } from "./core/reader.ts";
import type { PortalStore } from "./core/record.ts";
import type { Language } from "./core/texts.ts";
import { frameOf } from "./order-routes.ts";
import type { PortalPorts } from "./ports.ts";
import { sendPage } from "./render.ts";
import { TEXTS } from "./texts/index.ts";

/** A person mistypes a few times. Forty bits and an address cannot be tried out at ten a quarter of an hour. */
export const FIND_TRIES = { max: 10, timeWindow: "15 minutes" };

/** Two short fields. */
const MAX_FORM_BYTES = 4_096;

interface FindRequest {
  Params: { store: string };
  Querystring: { lang?: string };
}

/** `GET` and `POST /find/:store`: a spoken reference and an address lead to the order's page. Nothing is kept, no cookie is set. */
export async function findRoutes(fastify: FastifyInstance, ports: PortalPorts): Promise<void> {
  fastify.get<FindRequest>("/find/:store", async (request, reply) => {
    const store = storeOf(ports, request);
    if (store === undefined) return reply.callNotFound();
    return sendForm(request, reply, 200, store, { reference: "", email: "" }, []);
  });

  fastify.post<FindRequest>("/find/:store", { bodyLimit: MAX_FORM_BYTES, config: { rateLimit: FIND_TRIES } }, async (request, reply) => {
    const store = storeOf(ports, request);
    if (store === undefined) return reply.callNotFound();
    const texts = TEXTS[languageFor(request, store)].find;
    const form = readForm(request.body);
    const problems = problemsOf(form, texts);
    if (problems.length > 0) return sendForm(request, reply, 422, store, form, problems);
    const token = await ports.reads.tokenByReference(store.id, form.reference, form.email, ports.clock.now());
    if (token === undefined) return sendForm(request, reply, 422, store, form, [{ text: texts.notFound }]);
    const language = languageOf(request.query.lang);
    return reply.redirect(`/o/${token}${language === undefined ? "" : `?lang=${language}`}`, 303);
  });
}

/** Too many tries: the form again, with what was typed, and what to do. */
export function sendTooOften(ports: PortalPorts, request: FastifyRequest<FindRequest>, reply: FastifyReply): FastifyReply | undefined {
  const store = storeOf(ports, request);
  if (store === undefined) return undefined;
  return sendForm(request, reply, 429, store, { reference: "", email: "" }, [{ text: TEXTS[languageFor(request, store)].find.tooOften }]);
}

function storeOf(ports: PortalPorts, request: FastifyRequest<FindRequest>): PortalStore | undefined {
  const id = parseStoreId(request.params.store ?? "");
  return id && ports.stores.get(id);
}

function languageFor(request: FastifyRequest<FindRequest>, store: PortalStore): Language {
  return languageOf(request.query.lang) ?? languageOf(store.locale) ?? "en";
}

function sendForm(request: FastifyRequest<FindRequest>, reply: FastifyReply, status: number, store: PortalStore, form: FindForm, problems: readonly FormProblem[]): FastifyReply {
  const language = languageFor(request, store);
  const texts = TEXTS[language];
  const problemOf = (name: keyof FindForm): { problem?: string } => {
    const found = problems.find((problem) => problem.field === name);
    return found ? { problem: found.text } : {};
  };
  const fields = [
    { name: "reference", label: texts.find.reference, hint: texts.find.referenceHint, type: "text", value: form.reference, autocomplete: "off", autocapitalize: "characters", longest: 40, ...problemOf("reference") },
    { name: "email", label: texts.find.email, hint: texts.find.emailHint, type: "email", value: form.email, autocomplete: "email", autocapitalize: "off", longest: 254, ...problemOf("email") },
  ];
  const title = problems.length > 0 ? texts.labelled(texts.find.problem, texts.find.title) : texts.find.title;
  const frame = { ...frameOf(store, language), title: `${title} · ${store.name}` };
  const action = `/find/${store.id}?lang=${language}`;
  return sendPage(reply, status, "find", frame, { texts, problems, fields, action, human: humanOf(store) });
}

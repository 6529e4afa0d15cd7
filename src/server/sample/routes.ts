import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SECOND } from "../../base/time.ts";
import { systemClock } from "../clock.ts";
import { deskOf, readBoard, type Board, type SampleRun } from "./board.ts";
import { seenMailOf } from "./board-mails.ts";
import { MAIL_POLICY, mailInFrame, PAGE_POLICY, renderPage, SCRIPT, STYLE } from "./board-pages.ts";
import { boardView } from "./board-view.ts";

/** However many look at the page, the ledger is read no more often than this, in real time. */
const READ_EVERY = 0.8 * SECOND;

/** A year: a file's address changes with its content. */
const FOR_EVER = "public, max-age=31536000, immutable";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
/** A name of somebody else's that points here must not read the page (DNS rebinding). */
const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

type Asked = FastifyRequest<{ Querystring: { mail?: string } }>;

/**
 * The sample's page, `/`: what happens in the shop, what the ledger makes of it, and every mail as its reader sees
 * it. For a browser on this machine only.
 */
export async function sampleRoutes(http: FastifyInstance, run: SampleRun): Promise<void> {
  const board = atMostEvery(READ_EVERY, () => readBoard(run));
  await http.register(async (scope) => {
    scope.addHook("onRequest", async (request, reply) => keepToThisMachine(request, reply));
    scope.setErrorHandler((error, _request, reply) => {
      run.opened.ports.log.error({ err: error }, "the sample's page could not be shown");
      return sendHtml(reply.code(500), PAGE_POLICY, renderPage("failed", {}));
    });
    for (const asset of [STYLE, SCRIPT]) scope.get(asset.path, { schema: { hide: true } }, async (_request, reply) => reply.header("cache-control", FOR_EVER).type(asset.type).send(asset.body));
    scope.get("/", { schema: { hide: true } }, async (request: Asked, reply) => sendHtml(reply, PAGE_POLICY, renderPage("page", { board: boardView(await board(), request.query.mail) })));
    scope.get("/sample/board", { schema: { hide: true } }, async (request: Asked, reply) => sendBoard(request, reply, await board()));
    scope.get<{ Params: { sink: string; number: string } }>("/sample/mail/:sink/:number", { schema: { hide: true } }, async (request, reply) => {
      const mail = await seenMailOf(deskOf(run), `${request.params.sink}-${request.params.number}`);
      if (mail === undefined) return sendHtml(reply.code(404), PAGE_POLICY, renderPage("failed", { what: "This mail is not kept any more.", next: "The sample keeps the last few hundred mails of a run. Every word also stands on the order’s page." }));
      return mail.html === undefined ? reply.header("content-security-policy", MAIL_POLICY).type("text/plain; charset=utf-8").send(mail.text) : sendHtml(reply, MAIL_POLICY, mailInFrame(mail.html));
    });
  });
}

function keepToThisMachine(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  reply.headers({ "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "cache-control": "no-store", "x-content-type-options": "nosniff" });
  const isOurs = LOOPBACK.has(request.socket.remoteAddress ?? "") && OWN_NAME.test(request.headers.host ?? "");
  return isOurs ? undefined : reply.code(403).type("text/plain; charset=utf-8").send("The sample store shows itself to this machine only. Open it as http://localhost on the machine that it runs on.\n");
}

/** The parts of the page that change, named by their content, so that an unchanged one costs nothing to send. */
function sendBoard(request: Asked, reply: FastifyReply, board: Board): FastifyReply {
  const html = renderPage("fragment", { board: boardView(board, request.query.mail) });
  const tag = `"${createHash("sha256").update(html).digest("base64url").slice(0, 16)}"`;
  if (request.headers["if-none-match"] === tag) return reply.code(304).send();
  return sendHtml(reply.header("etag", tag), PAGE_POLICY, html);
}

function sendHtml(reply: FastifyReply, policy: string, html: string): FastifyReply {
  return reply.header("content-security-policy", policy).type("text/html; charset=utf-8").send(html);
}

/** Shares one reading among all who ask within `interval`, failures included. */
function atMostEvery<T>(interval: number, read: () => Promise<T>): () => Promise<T> {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<T> | undefined;
  return () => {
    const now = systemClock.now();
    if (reading === undefined || now - readAt >= interval || now < readAt) [readAt, reading] = [now, read()];
    return reading;
  };
}

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { FastifyReply } from "fastify";
import { Liquid } from "liquidjs";
import { brandStyle, LIVE_SCRIPT, STYLE } from "./assets.ts";

const engine = new Liquid({
  root: join(import.meta.dirname, "pages"),
  extname: ".liquid",
  // Every value is escaped where it is written; only what is marked `raw` is markup (the words stage's own).
  outputEscape: "escape",
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  cache: true,
});

/** What every page has. */
export interface Frame {
  readonly lang: string;
  readonly title: string;
  readonly colour: string;
  /** Shown at the top; links to the shop where its address is known. */
  readonly brand?: { readonly name: string; readonly url?: string };
  /** The same page in other languages; absent where it has none. */
  readonly languages?: { readonly label: string; readonly links: readonly { readonly lang: string; readonly name: string; readonly href: string }[] };
  readonly skip: string;
  /** Whether the page follows what changes. */
  readonly live: boolean;
}

/** A store's colour where a page belongs to none. */
export const NO_STORE_COLOUR = "#3a4a58";

/** Writes a page as the answer, with what a browser must know to keep it private. */
export function sendPage(reply: FastifyReply, status: number, template: string, frame: Frame, view: Readonly<Record<string, unknown>>): FastifyReply {
  const brand = brandStyle(frame.colour);
  const html = engine.renderFileSync(template, { ...view, frame, brandCss: brand.css, stylePath: STYLE.path, livePath: LIVE_SCRIPT.path }) as string;
  return reply
    .code(status)
    .header("content-security-policy", policy(brand.csp))
    .type("text/html; charset=utf-8")
    .send(html);
}

/** Nothing from anywhere else, no script in the page, no frame around it, no form to another place. */
function policy(brandHash: string): string {
  return [
    "default-src 'none'",
    `style-src 'self' ${brandHash}`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** A short name of what a page shows: equal pages have equal names. */
export function versionOf(view: unknown): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("base64url").slice(0, 16);
}

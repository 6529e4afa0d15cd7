import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Liquid } from "liquidjs";

const engine = new Liquid({
  root: join(import.meta.dirname, "pages"),
  extname: ".liquid",
  // Every value is escaped where it is written: mails and names come from outside.
  outputEscape: "escape",
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  cache: true,
});

/** A file whose address changes with its content. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

export const STYLE = asset("sample.css", "text/css; charset=utf-8");
export const SCRIPT = asset("sample.js", "text/javascript; charset=utf-8");

export function renderPage(template: "page" | "fragment" | "failed", view: Readonly<Record<string, unknown>>): string {
  return engine.renderFileSync(template, { ...view, stylePath: STYLE.path, scriptPath: SCRIPT.path }) as string;
}

/** Nothing from anywhere else, no script in the page, no frame around it; the only frame in it shows a mail. */
export const PAGE_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A mail is somebody's markup: it runs nothing, loads nothing, and its links open beside it. */
export const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** Links of a mail in a frame open a page of their own. */
export function mailInFrame(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head[^>]*>/i;
  return head.test(html) ? html.replace(head, (found) => `${found}${base}`) : `<!doctype html><head>${base}</head>${html}`;
}

function asset(name: string, type: string): Asset {
  const body = readFileSync(join(import.meta.dirname, "assets", name), "utf8");
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { path: `/sample/${hash}/${name}`, type, body };
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accentsOf } from "./core/colour.ts";

/** A file that never changes under its address: its hash is in its name. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** Enough of a hash that two versions of one file never share an address. */
const HASH_LENGTH = 16;

export const STYLE = asset("style", "css", "text/css; charset=utf-8");
export const LIVE_SCRIPT = asset("live", "js", "text/javascript; charset=utf-8");

/** A store's colours as a style element, and the hash by which the content security policy allows it. */
export interface BrandStyle {
  readonly css: string;
  readonly csp: string;
}

const brands = new Map<string, BrandStyle>();

/** The accent of a store's colour (`#rrggbb`) for both colour schemes. Stores are few, so each is kept. */
export function brandStyle(colour: string): BrandStyle {
  const known = brands.get(colour);
  if (known !== undefined) return known;
  const { light, dark } = accentsOf(colour);
  const css = `:root{--accent:${light.accent};--on-accent:${light.onAccent}}@media (prefers-color-scheme:dark){:root{--accent:${dark.accent};--on-accent:${dark.onAccent}}}`;
  const made = { css, csp: `'sha256-${createHash("sha256").update(css).digest("base64")}'` };
  brands.set(colour, made);
  return made;
}

function asset(name: string, extension: string, type: string): Asset {
  const body = readFileSync(join(import.meta.dirname, "assets", `${name}.${extension}`), "utf8");
  const hash = createHash("sha256").update(body).digest("hex").slice(0, HASH_LENGTH);
  return { path: `/portal/${name}.${hash}.${extension}`, type, body };
}

import { readFileSync } from "node:fs";
import { invariant } from "../../base/errors.ts";
import { escapeHtml } from "../core/segments.ts";
import type { HtmlLook } from "../core/html.ts";

/** How a store looks. */
export interface Branding {
  readonly storeName: string;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** What is laid out. `body` is markup; the rest is text. */
export interface LaidOut {
  readonly locale: string;
  readonly title: string;
  /** Shown by mail clients beside the subject. */
  readonly preheader: string;
  readonly body: string;
}

const layout = readFileSync(new URL("./mail.html", import.meta.url), "utf8");
const COLOUR = /^#[0-9a-f]{6}$/i;

/** The mail's HTML. Throws when the colour is not one: the configuration's checker has let it through. */
export function layOut({ locale, title, preheader, body }: LaidOut, branding: Branding): string {
  invariant(COLOUR.test(branding.colour), `a colour such as #1f4d3a, got ${branding.colour}`);
  const places: Readonly<Record<string, string>> = {
    lang: escapeHtml(locale),
    title: escapeHtml(title),
    preheader: escapeHtml(preheader),
    store: escapeHtml(branding.storeName),
    colour: branding.colour,
    body,
  };
  return layout.replace(/%%([a-z]+)%%/g, (_place, name: string) => {
    const text = places[name];
    invariant(text !== undefined, `a text for the place ${name} of the layout`);
    return text;
  });
}

/** Styles of the words in a mail. */
export function mailLook({ colour }: Branding): HtmlLook {
  const button = `display:inline-block;padding:12px 20px;border-radius:6px;font-weight:600;text-decoration:none;background-color:${colour};color:${readableOn(colour)}`;
  return {
    paragraph: ' style="margin:0 0 16px"',
    list: ' style="margin:0 0 16px;padding-left:24px"',
    item: ' style="margin:0 0 4px"',
    link: ' class="link" style="color:inherit;text-decoration:underline"',
    action: ` class="action" style="${button}"`,
  };
}

/** Black or white, whichever stands out more (WCAG relative luminance; the better of the two is always at least 4.5:1). */
export function readableOn(colour: string): "#000000" | "#ffffff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => linear(Number.parseInt(colour.slice(start, start + 2), 16) / 255));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

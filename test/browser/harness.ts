import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where systems put the browser. `MAKEGOOD_CHROMIUM` names another place. */
const PLACES = [process.env["MAKEGOOD_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** It speaks to our own server and to nobody else; as root it has no sandbox to start in. */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--font-render-hinting=none"];

/** Of a phone that is held upright, the narrowest that must work (WCAG 2.1, 1.4.10), and a desk. */
export const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 }, narrowest: { width: 320, height: 640 } } as const;

export const SCHEMES = ["light", "dark"] as const;

function findChromium(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/** Why tests that need a browser cannot run here; false where they can. */
export const NO_BROWSER: string | false = findChromium() === undefined ? "no Chromium is installed: install the package `chromium`, or name its program in MAKEGOOD_CHROMIUM" : false;

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`Cannot start a browser: ${NO_BROWSER}`);
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Starts a server on a port that the system chooses; returns its origin. */
export async function listenOnLoopback(fastify: FastifyInstance): Promise<string> {
  await fastify.listen({ host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}`;
}

/** A page in a context of its own, which is closed when `use` returns. A request to anywhere but the page's origin fails the test. */
export async function withPage<T>(browser: Browser, url: string, options: BrowserContextOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const strangers: string[] = [];
  const faults: string[] = [];
  context.on("request", (request) => {
    if (!request.url().startsWith("data:") && new URL(request.url()).origin !== new URL(url).origin) strangers.push(request.url());
  });
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => void (/Content Security Policy/i.test(message.text()) && faults.push(message.text())));
    await page.goto(url);
    const result = await use(page);
    if (strangers.length > 0) throw new Error(`The page asked others for: ${strangers.join(", ")}`);
    if (faults.length > 0) throw new Error(`The page had faults: ${faults.join("; ")}`);
    return result;
  } finally {
    await context.close();
  }
}

/** Goes through the page with the tab key and tells where each of `count` presses leads, and whether it shows. */
export async function tabStops(page: Page, count: number): Promise<{ text: string; outline: string }[]> {
  const stops: { text: string; outline: string }[] = [];
  for (let stop = 0; stop < count; stop += 1) {
    await page.keyboard.press("Tab");
    stops.push((await page.evaluate("({ text: document.activeElement.textContent.trim().replace(/\\s+/g, ' '), outline: getComputedStyle(document.activeElement).outlineStyle })")) as { text: string; outline: string });
  }
  return stops;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[] }[];
  readonly passes: readonly unknown[];
}

/** What axe finds wrong, one line each with its element. Runs beside the page's own policy, which allows no script. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const result = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(AXE_TAGS)} })`)) as AxeResult;
  if (result.passes.length === 0) throw new Error("axe looked at nothing");
  return result.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} at ${node.target.join(" ")} (${node.failureSummary ?? ""})`));
}

/** How many pixels the page is wider than its window; 0 where nobody has to scroll sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") as Promise<number>;
}

/** The page's own words, without what only a screen reader or a hidden element has. */
export async function wordsOf(page: Page): Promise<string> {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ").trim();
}

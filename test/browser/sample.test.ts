import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { axeFaults, launchBrowser, listenOnLoopback, NO_BROWSER, SCHEMES, sidewaysScroll, SIZES, tabStops, withPage, wordsOf } from "./harness.ts";
import { playAll, sampleServer, type SampleServer } from "./sample-server.ts";

describe("the sample's page in a browser", { skip: NO_BROWSER }, () => {
  let browser: Browser;
  let sample: SampleServer;
  let origin: string;

  before(async () => {
    sample = await sampleServer();
    origin = await listenOnLoopback(sample.http);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await sample?.stop();
  });

  const looksRight = async (page: Page) => {
    for (const colorScheme of SCHEMES) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        assert.deepEqual(await axeFaults(page), [], `${size}, ${colorScheme}`);
        assert.equal(await sidewaysScroll(page), 0, `${size}, ${colorScheme}`);
      }
    }
  };

  test("axe finds nothing and nobody scrolls sideways while nothing has happened yet", () => withPage(browser, `${origin}/`, {}, looksRight));

  describe("once things have gone wrong", () => {
    before(() => playAll(sample));

    test("axe finds nothing and nobody scrolls sideways, on a desk, a phone and the narrowest, light and dark", () =>
      withPage(browser, `${origin}/`, {}, async (page) => {
        await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
        await looksRight(page);
      }));

    test("text alone at twice its size still fits a phone", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.phone }, async (page) => {
        await page.evaluate("document.documentElement.style.fontSize = '200%'");
        assert.equal(await sidewaysScroll(page), 0);
      }));

    test("a mail is shown as its reader has it, sealed off from the page, and its link leads to the order's page", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.desk }, async (page) => {
        await page.getByRole("link", { name: /Jonas Weber.*#1101/ }).last().click();
        await page.locator("#reader:focus").waitFor();
        const mail = page.frameLocator("#reader iframe");
        await mail.getByText("#1101", { exact: true }).first().waitFor();
        assert.equal(await page.evaluate("document.querySelector('#reader iframe').contentDocument"), null, "another origin");
        const href = await mail.getByRole("link").first().getAttribute("href");
        assert.match(href ?? "", /\/o\/[\w-]+$/);
        await page.getByRole("link", { name: "Open the order’s page" }).click();
        await page.getByRole("heading", { level: 1, name: /#1101/ }).waitFor();
      }));

    test("the keyboard begins with a way past the top, reaches every mail, and its focus can be seen", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.desk }, async (page) => {
        const stops = await tabStops(page, 20);
        assert.match(stops[0]?.text ?? "", /^Skip/);
        assert.ok(stops.some((stop) => /Jonas Weber/.test(stop.text)), stops.map((stop) => stop.text).join(" | "));
        for (const stop of stops) assert.notEqual(stop.outline, "none", stop.text);
      }));

    test("without scripts the page says the same, opens mails, and can be reloaded", () =>
      withPage(browser, `${origin}/`, { javaScriptEnabled: false, viewport: SIZES.desk }, async (page) => {
        assert.match(await wordsOf(page), /Is everybody accounted for\?.*Send the refund of/s);
        assert.ok(await page.getByRole("link", { name: "Reload it" }).isVisible());
        assert.equal(await page.getByRole("button").count(), 0);
        await page.getByRole("link", { name: /Nora Gone/ }).first().click();
        assert.match(await page.locator("#reader").innerText(), /nora\.gone@mail\.example.*It came back/s);
      }));

    test("what is new comes by itself, and neither the focus nor the open mail is lost", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.desk }, async (page) => {
        await page.getByRole("link", { name: /Nora Gone/ }).first().click();
        await page.locator("#reader:focus").waitFor();
        await page.evaluate("window.openMail = document.querySelector('#reader iframe')");
        const link = page.locator(".mail-list a").last();
        await link.focus();
        const focused = await page.evaluate("document.activeElement.textContent");
        await sample.play(10, { kind: "cancelled", reason: "inventory", refundAfter: 86_400_000 }, 7_200_000);
        await page.getByText("#1110 is cancelled by the shop: out of stock").waitFor();
        assert.equal(await page.evaluate("document.activeElement.textContent"), focused);
        assert.equal(await page.evaluate("window.openMail === document.querySelector('#reader iframe') && window.openMail.isConnected"), true);
        assert.match(await page.getByRole("status").innerText(), /^New mail: .*#1110/);
      }));

    test("it stands still when asked, until it is asked to carry on", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.desk }, async (page) => {
        await page.getByRole("button", { name: "Pause" }).click();
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.url()));
        await sample.play(12, { kind: "well" }, 600_000);
        assert.deepEqual(asked, []);
        await page.getByRole("button", { name: "Carry on" }).click();
        await page.getByText("#1112 is placed and paid").waitFor();
      }));

    test("it says when the store does not answer, and that it carries on", () =>
      withPage(browser, `${origin}/`, { viewport: SIZES.desk }, async (page) => {
        assert.equal(await page.locator("#lost").isVisible(), false);
        await page.route("**/sample/board*", (route) => route.abort());
        await page.getByText("The sample store does not answer").waitFor();
        await page.unroute("**/sample/board*");
        await page.locator("#lost").waitFor({ state: "hidden" });
      }));
  });
});

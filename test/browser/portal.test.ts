import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { axeFaults, launchBrowser, listenOnLoopback, NO_BROWSER, SCHEMES, sidewaysScroll, SIZES, tabStops, withPage, wordsOf } from "./harness.ts";
import { cancelled, choosing, ELODIE, JONAS, late, paid, placed, PRIYA } from "./orders.ts";
import { portalServer, type PortalServer, tokenFor } from "./portal-server.ts";

const STORIES = { placed: placed(JONAS), cancelled: cancelled(PRIYA, "fraud"), late: late(), choosing: choosing(), paid: paid(JONAS), french: late(ELODIE) };

describe("the customers' pages in a browser", { skip: NO_BROWSER }, () => {
  let browser: Browser;
  let portal: PortalServer;
  let origin: string;
  const orderUrl = (story: string): string => `${origin}/o/${tokenFor(story)}`;

  before(async () => {
    portal = await portalServer();
    for (const [name, record] of Object.entries(STORIES)) portal.records.set(tokenFor(name), record);
    origin = await listenOnLoopback(portal.fastify);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await portal?.fastify.close();
  });

  for (const path of [...Object.keys(STORIES).map((story) => `/o/${tokenFor(story)}`), "/find/sample", `/o/${tokenFor("nothing")}`, "/find/sample?lang=fr", `/o/${tokenFor("nothing")}?lang=fr`]) {
    test(`axe finds nothing and nobody scrolls sideways, on a desk, a phone and the narrowest, light and dark: ${path}`, async () => {
      await withPage(browser, origin + path, {}, async (page) => {
        await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
        for (const colorScheme of SCHEMES) {
          for (const [size, viewport] of Object.entries(SIZES)) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize(viewport);
            assert.deepEqual(await axeFaults(page), [], `${size}, ${colorScheme}`);
            assert.equal(await sidewaysScroll(page), 0, `${size}, ${colorScheme}`);
          }
        }
      });
    });
  }

  test("who withdraws from the contract is shown what they declare before they do, on any screen, with the keyboard alone", async () => {
    await withPage(browser, orderUrl("choosing"), { javaScriptEnabled: false }, async (page) => {
      await page.getByRole("button", { name: "Vertrag widerrufen" }).focus();
      await page.keyboard.press("Enter");
      const confirm = page.getByRole("button", { name: "Widerruf bestätigen" });
      await confirm.waitFor();
      assert.match(await wordsOf(page), /Die Bestätigung geht an die E-Mail-Adresse dieser Bestellung\. Sie erklären den Widerruf.*#1103.*4 × Stoneware mug/s);
      for (const viewport of Object.values(SIZES)) {
        await page.setViewportSize(viewport);
        assert.equal(await sidewaysScroll(page), 0);
      }
    });
    await withPage(browser, orderUrl("choosing"), {}, async (page) => {
      await page.getByRole("button", { name: "Vertrag widerrufen" }).click();
      await page.getByRole("button", { name: "Widerruf bestätigen" }).waitFor();
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await axeFaults(page), [], colorScheme);
      }
    });
  });

  test("at 200 % zoom of a desk's window nobody scrolls sideways", async () => {
    // Zoom halves the window as the page measures it, and doubles every pixel.
    const viewport = { width: SIZES.desk.width / 2, height: SIZES.desk.height / 2 };
    await withPage(browser, orderUrl("late"), { viewport, deviceScaleFactor: 2 }, async (page) => {
      assert.equal(await sidewaysScroll(page), 0);
    });
  });

  test("text alone at twice its size still fits a phone", async () => {
    for (const story of ["late", "french"]) {
      await withPage(browser, orderUrl(story), { viewport: SIZES.phone }, async (page) => {
        await page.evaluate("document.documentElement.style.fontSize = '200%'");
        assert.equal(await sidewaysScroll(page), 0, story);
      });
    }
  });

  test("the keyboard goes through the page in its order, begins with a way past the top, and its focus can be seen", async () => {
    await withPage(browser, orderUrl("late"), { viewport: SIZES.desk }, async (page) => {
      const stops = await tabStops(page, 10);
      assert.deepEqual(
        stops.map((stop) => stop.text),
        ["Skip to your order", "Fern & Field", "Deutsch", "Français", "Talk to a person", "About your refund for order #1103", "Your order #1103 has been cancelled", "About your refund for order #1103", "See your order and what happens next", "Your order #1103 has been cancelled"],
      );
      for (const stop of stops) assert.ok(stop.outline !== "none", `${stop.text} shows that it has the focus`);
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("details").nth(1).getAttribute("open"), "", "a letter opens from the keyboard");
    });
  });

  test("the way past the top leads to the order", async () => {
    await withPage(browser, orderUrl("late"), {}, async (page) => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate("document.activeElement.id"), "main");
    });
  });

  test("without scripts the page says the same", async () => {
    for (const story of Object.keys(STORIES)) {
      const withScripts = await withPage(browser, orderUrl(story), {}, wordsOf);
      const without = await withPage(browser, orderUrl(story), { javaScriptEnabled: false }, wordsOf);
      assert.equal(without, withScripts);
    }
  });

  test("an open page follows its order, says so aloud, and keeps what its reader had opened and reached", async () => {
    portal.records.set(tokenFor("moving"), late());
    await withPage(browser, orderUrl("moving"), { viewport: SIZES.desk }, async (page) => {
      await page.locator("summary").nth(1).click();
      await page.locator('a[href^="mailto:"]').focus();
      portal.records.set(tokenFor("moving"), paid());
      portal.beat();
      await page.getByText("has been paid back").first().waitFor();
      assert.match((await page.locator("#news").textContent()) ?? "", /Your order has news: .*paid back/);
      assert.equal(await page.evaluate("document.activeElement.getAttribute('href')"), "mailto:help@shop.example");
      const letter = page.locator("details", { hasText: "Your order #1103 has been cancelled" });
      assert.equal(await letter.getAttribute("open"), "");
    });
  });

  test("a page that is hidden listens no more", async () => {
    await withPage(browser, orderUrl("late"), {}, async (page) => {
      const closed = page.waitForEvent("requestfailed", (request) => request.url().includes("/live"));
      await page.evaluate("Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))");
      await closed;
    });
  });

  test("a page whose stream is refused stays as it is", async () => {
    await withPage(browser, orderUrl("late"), { javaScriptEnabled: true }, async (page) => {
      await page.route("**/live*", (route) => route.fulfill({ status: 503 }));
      await page.reload();
      assert.match(await wordsOf(page), /is late: we still owe it to you/);
    });
  });

  test("a language is chosen by a link, and the letters keep the language in which they were sent", async () => {
    await withPage(browser, orderUrl("paid"), {}, async (page) => {
      assert.equal(await page.getAttribute("html", "lang"), "de");
      await page.getByRole("link", { name: "English" }).click();
      assert.equal(await page.getAttribute("html", "lang"), "en");
      assert.match(await wordsOf(page), /has been paid back/);
      assert.equal(await page.locator(".letter").first().getAttribute("lang"), "de");
    });
  });

  test("a spoken reference and an address lead to the order, without a cookie", async () => {
    await withPage(browser, `${origin}/find/sample`, {}, async (page) => {
      await page.getByLabel("Reference").fill("k7qf 3m2p");
      await page.getByLabel("Email address").fill("secret.person@mail.example");
      await page.getByRole("button").click();
      await page.waitForURL("**/o/*");
      assert.match(await wordsOf(page), /#1103/);
      assert.deepEqual(await page.context().cookies(), []);
    });
  });

  test("what is wrong with a form stands above it and beside the field, and is reached first", async () => {
    await withPage(browser, `${origin}/find/sample`, { viewport: SIZES.narrowest }, async (page) => {
      await page.getByLabel("Reference").fill("short");
      await page.getByRole("button").click();
      await page.getByRole("alert").waitFor();
      assert.match(await page.title(), /^There is a problem: /);
      assert.equal(await page.evaluate("document.activeElement.getAttribute('role')"), "alert");
      assert.equal(await page.getByLabel("Reference").getAttribute("aria-invalid"), "true");
      assert.equal(await page.getByLabel("Reference").inputValue(), "short");
      assert.deepEqual(await axeFaults(page), []);
      await page.getByRole("alert").getByRole("link").first().click();
      assert.equal(await page.evaluate("document.activeElement.id"), "reference");
    });
  });

  test("printed, the page has every letter open", async () => {
    await withPage(browser, orderUrl("late"), {}, async (page) => {
      await page.emulateMedia({ media: "print" });
      assert.ok(await page.getByText("something in it is out of stock and we cannot deliver it").isVisible());
    });
  });
});

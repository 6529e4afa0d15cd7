import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { LightMyRequestResponse } from "fastify";
import { cancelled, late, paid, PRIYA } from "../../test/browser/orders.ts";
import { portalServer, type PortalServer, tokenFor } from "../../test/browser/portal-server.ts";
import { FIND_TRIES } from "./find-routes.ts";
import { MAX_STREAMS_PER_ADDRESS } from "./live.ts";

describe("the customers' pages over HTTP", () => {
  let portal: PortalServer;
  const get = (url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> => portal.fastify.inject({ url, headers });
  const find = (form: string, remoteAddress = "192.0.2.1"): Promise<LightMyRequestResponse> =>
    portal.fastify.inject({ method: "POST", url: "/find/sample", headers: { "content-type": "application/x-www-form-urlencoded" }, payload: form, remoteAddress });

  before(async () => {
    portal = await portalServer();
    portal.records.set(tokenFor("late"), late());
    portal.records.set(tokenFor("fraud"), cancelled(PRIYA, "fraud"));
  });
  after(() => portal.fastify.close());

  test("a page's address is given to no other site, search engine or cache, and no script can be put into it", async () => {
    for (const url of [`/o/${tokenFor("late")}`, `/o/${tokenFor("nothing")}`, "/find/sample"]) {
      const { headers } = await get(url);
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.match(String(headers["x-robots-tag"]), /noindex/);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["set-cookie"], undefined);
      assert.match(String(headers["content-security-policy"]), /^default-src 'none'; style-src 'self' 'sha256-[^']+'; script-src 'self';/);
      assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe/);
    }
  });

  test("style and script keep their address for as long as their content, and may be kept for ever", async () => {
    const page = (await get(`/o/${tokenFor("late")}`)).body;
    for (const [, path] of page.matchAll(/(?:href|src)="(\/portal\/[^"]+)"/g)) {
      const asset = await get(path ?? "");
      assert.equal(asset.statusCode, 200);
      assert.match(String(asset.headers["cache-control"]), /immutable/);
    }
    assert.equal([...page.matchAll(/"\/portal\/[^"]+"/g)].length, 2);
  });

  test("an address that opens nothing is answered alike, whatever it once was, with what to do", async () => {
    const answers = await Promise.all([tokenFor("nothing"), "short", "a".repeat(90), "%3Cscript%3E"].map((token) => get(`/o/${token}`)));
    assert.deepEqual(answers.map((answer) => answer.statusCode), [404, 404, 404, 404]);
    assert.equal(new Set(answers.map((answer) => answer.body)).size, 1);
    assert.match(answers[0]?.body ?? "", /Open the link in our newest message again/);
    assert.match(answers[0]?.body ?? "", /href="\/find\/sample\?lang=en"/);
  });

  test("the browser's languages are asked only where no order says which", async () => {
    const german = { "accept-language": "de-DE,de" };
    assert.match((await get(`/o/${tokenFor("late")}`, german)).body, /<html lang="en">/);
    assert.match((await get(`/o/${tokenFor("nothing")}`, german)).body, /<html lang="de">/);
    assert.match((await get(`/o/${tokenFor("late")}?lang=de`)).body, /<html lang="de">/);
    assert.match((await get(`/o/${tokenFor("nothing")}`, { "accept-language": "fr-CA,fr;q=0.9,en;q=0.8" })).body, /<html lang="fr">/);
  });

  test("every page leads to itself in each other language, under that language's own name", async () => {
    for (const url of [`/o/${tokenFor("late")}`, `/o/${tokenFor("nothing")}`, "/find/sample"]) {
      const { body } = await get(`${url}?lang=fr`);
      assert.match(body, /<html lang="fr">/);
      assert.match(body, /<nav class="languages" aria-label="Cette page dans d’autres langues">/);
      assert.deepEqual([...body.matchAll(/<a href="(\?lang=[^"]*)" lang="([^"]*)" hreflang="[^"]*">([^<]*)</g)].map((found) => found.slice(1)), [["?lang=en", "en", "English"], ["?lang=de", "de", "Deutsch"]]);
    }
  });

  test("what a shop and a customer typed never becomes markup", async () => {
    const record = late();
    const details = record.order.doc.details;
    assert.ok(details);
    const lines = [{ id: "1", title: "<img src=x onerror=alert(1)>", quantity: 1 }];
    const order = { ...record.order, reference: '"><script>alert(1)</script>', doc: { ...record.order.doc, details: { ...details, value: { ...details.value, lines } } } };
    portal.records.set(tokenFor("hostile"), { ...record, order });
    const { body } = await get(`/o/${tokenFor("hostile")}`);
    assert.doesNotMatch(body, /<img|<script>|"><script/);
    assert.match(body, /&lt;img src=x onerror=alert\(1\)&gt;/);
  });

  test("the whole page accuses nobody and names no payment", async () => {
    const { body } = await get(`/o/${tokenFor("fraud")}`);
    assert.match(body, /could not confirm some of its details/);
    assert.doesNotMatch(body, /fraud|ch_private|secret\.person|shop\/42/i);
  });

  test("a wrong reference, a wrong address and both wrong are answered alike", async () => {
    const strip = (answer: LightMyRequestResponse): string => answer.body.replaceAll(/value="[^"]*"/g, "");
    const wrong = await Promise.all([
      find("reference=K7QF3M2P&email=other%40mail.example"),
      find("reference=AAAA1111&email=secret.person%40mail.example"),
      find("reference=AAAA1111&email=other%40mail.example"),
    ]);
    assert.deepEqual(wrong.map((answer) => answer.statusCode), [422, 422, 422]);
    assert.equal(new Set(wrong.map(strip)).size, 1);
    const right = await find("reference=k7qf-3m2p&email=Secret.Person%40mail.example");
    assert.deepEqual([right.statusCode, right.headers.location], [303, `/o/${tokenFor("late")}`]);
  });

  test("whoever tries too often waits, and is told of the way to a person; others do not wait", async () => {
    const tries: LightMyRequestResponse[] = [];
    for (let count = 0; count <= FIND_TRIES.max; count += 1) tries.push(await find("reference=AAAA1111&email=a%40b.example", "192.0.2.9"));
    const refused = tries.filter((answer) => answer.statusCode === 429);
    assert.equal(refused.length, 1);
    assert.ok(Number(refused[0]?.headers["retry-after"]) > 0);
    assert.match(refused[0]?.body ?? "", /too many tries.*help@shop\.example/s);
    assert.equal((await find("reference=AAAA1111&email=a%40b.example", "192.0.2.10")).statusCode, 422);
  });

  test("a store that is not here has no look-up page", async () => {
    assert.equal((await get("/find/other")).statusCode, 404);
  });

  test("a form that is no form breaks nothing", async () => {
    for (const payload of ["", "reference[]=1&reference[]=2", `reference=${"x".repeat(3_000)}`]) assert.equal((await find(payload, "192.0.2.20")).statusCode, 422);
  });

  test("one address has only so many live pages, and an order that is gone has none", async () => {
    const origin = await portal.fastify.listen({ host: "127.0.0.1", port: 0 });
    const stop = new AbortController();
    const open = (name: string): Promise<Response> => fetch(`${origin}/o/${tokenFor(name)}/live`, { signal: stop.signal });
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS_PER_ADDRESS }, () => open("late")));
    assert.ok(streams.every((stream) => stream.headers.get("content-type") === "text/event-stream"));
    const refused = await open("late");
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "60"]);
    assert.equal((await open("nothing")).status, 404);
    stop.abort();
  });
});

test("a live page names the version that it shows, a new one when it changes, and its end", async () => {
  const portal = await portalServer();
  portal.records.set(tokenFor("moving"), late());
  const url = `${await portal.fastify.listen({ host: "127.0.0.1", port: 0 })}/o/${tokenFor("moving")}`;
  const shown = async (): Promise<string | undefined> => /data-version="([^"]+)"/.exec(await (await fetch(url)).text())?.[1];
  const stream = await fetch(`${url}/live`);
  assert.ok(stream.body);
  const words = stream.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let heard = "";
  const hear = async (what: string): Promise<void> => {
    while (!heard.includes(what)) {
      const { done, value } = await words.next();
      assert.ok(!done, `the stream to say ${what}, it said ${heard}`);
      heard += value;
    }
  };
  await hear(`event: version\ndata: ${await shown()}\n\n`);
  portal.records.set(tokenFor("moving"), paid());
  portal.beat();
  await hear(`event: version\ndata: ${await shown()}\n\n`);
  portal.records.delete(tokenFor("moving"));
  portal.beat();
  await hear("event: end\n");
  await portal.fastify.close();
});

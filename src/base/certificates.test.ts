import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { CERTIFICATE_RETRY, createCertificates, isValidAt } from "./certificates.ts";
import type { Fetch } from "./ports.ts";
import { makeCertificate } from "./testing.ts";
import { DAY, instant, type Instant, MINUTE, plus } from "./time.ts";

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const URL_OF_ONE = "https://certs.example.com/one.pem";
const { pem } = makeCertificate("signer.example.com", plus(NOON, -DAY), plus(NOON, DAY));

let now: Instant;
let asked: string[];
beforeEach(() => {
  now = NOON;
  asked = [];
});

/** Certificates from a vendor that gives these answers in turn, the last one for ever. */
function certificatesOf(...answers: readonly (() => Response | Promise<Response>)[]) {
  const fetch: Fetch = async (url, init) => {
    assert.ok(init.redirect === "manual" && init.within !== undefined);
    asked.push(url);
    return (answers[asked.length - 1] ?? answers.at(-1) ?? (() => new Response("", { status: 404 })))();
  };
  const log = (): void => {};
  return createCertificates({ fetch, clock: { now: () => now }, log: { info: log, warn: log, error: log } });
}

const good = () => new Response(pem);
const down = () => new Response("", { status: 502 });

test("a certificate is fetched once and then remembered for a day", async () => {
  const certificates = certificatesOf(good);
  const first = await certificates.get(URL_OF_ONE);
  assert.ok(first.ok && first.value.subject === "CN=signer.example.com");
  now = plus(NOON, DAY - MINUTE);
  await certificates.get(URL_OF_ONE);
  assert.equal(asked.length, 1);
  now = plus(NOON, DAY);
  await certificates.get(URL_OF_ONE);
  assert.equal(asked.length, 2);
});

test("deliveries that come together wait for one request", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const certificates = certificatesOf(() => promise);
  const waiting = Array.from({ length: 100 }, () => certificates.get(URL_OF_ONE));
  resolve(good());
  assert.ok((await Promise.all(waiting)).every(({ ok }) => ok));
  assert.equal(asked.length, 1);
});

test("only so many deliveries wait; more are sent back at once", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const certificates = certificatesOf(() => promise);
  const waiting = Array.from({ length: 256 }, () => certificates.get(URL_OF_ONE));
  assert.ok(!(await certificates.get(URL_OF_ONE)).ok);
  resolve(good());
  assert.ok((await Promise.all(waiting)).every(({ ok }) => ok));
});

test("what failed is left alone for a moment, and then asked for again", async () => {
  const certificates = certificatesOf(down, good);
  const failed = await certificates.get(URL_OF_ONE);
  assert.ok(!failed.ok && failed.error.includes("502"));
  now = plus(NOON, CERTIFICATE_RETRY - 1);
  assert.deepEqual(await certificates.get(URL_OF_ONE), failed);
  assert.equal(asked.length, 1);
  now = plus(NOON, CERTIFICATE_RETRY);
  assert.ok((await certificates.get(URL_OF_ONE)).ok);
});

test("addresses that somebody makes up cost a vendor's host ten requests a minute, and other hosts none of theirs", async () => {
  const certificates = certificatesOf(down);
  for (let made = 0; made < 100; made++) assert.ok(!(await certificates.get(`https://certs.example.com/${made}.pem`)).ok);
  assert.equal(asked.length, 10);
  await certificates.get("https://other.example.com/one.pem");
  assert.equal(asked.length, 11);
  now = plus(NOON, MINUTE);
  await certificates.get("https://certs.example.com/200.pem");
  assert.equal(asked.length, 12);
});

test("a certificate that was fetched stays good while it cannot be fetched again", async () => {
  const certificates = certificatesOf(good, down);
  await certificates.get(URL_OF_ONE);
  now = plus(NOON, 2 * DAY);
  assert.ok((await certificates.get(URL_OF_ONE)).ok);
  assert.equal(asked.length, 2);
});

test("a redirect, a page, a broken connection and an endless answer are no certificate", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(16_384)) });
  const answers: [() => Response | Promise<Response>, RegExp][] = [
    [() => new Response(null, { status: 302, headers: { location: "http://127.0.0.1/" } }), /302/],
    [() => new Response("<html>"), /no certificate/],
    [() => new Response(""), /no certificate/],
    [() => Promise.reject(new TypeError("broken")), /no answer/],
    [() => new Response(endless), /larger/],
  ];
  for (const [answer, why] of answers) {
    asked = [];
    const read = await certificatesOf(answer).get(URL_OF_ONE);
    assert.ok(!read.ok);
    assert.match(read.error, why);
  }
});

test("of a chain the first certificate signs", async () => {
  const other = makeCertificate("issuer.example.com", NOON, plus(NOON, DAY));
  const read = await certificatesOf(() => new Response(pem + other.pem)).get(URL_OF_ONE);
  assert.ok(read.ok && read.value.subject === "CN=signer.example.com");
});

test("a certificate is valid within its dates, both included", async () => {
  const read = await certificatesOf(good).get(URL_OF_ONE);
  assert.ok(read.ok);
  const { value } = read;
  assert.deepEqual([-DAY - 1_000, -DAY, 0, DAY, DAY + 1_000].map((ms) => isValidAt(value, plus(NOON, ms))), [false, true, true, true, false]);
});

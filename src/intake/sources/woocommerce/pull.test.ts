import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fetch } from "../../../base/ports.ts";
import { parseInstant } from "../../../base/time.ts";
import type { PulledPage } from "../../adapter.ts";
import { NOON } from "../../testing.ts";
import { createSource } from "../create-source.ts";
import { wooOrder } from "./testing.ts";

const api = { baseUrl: "https://shop.example.com/store/", key: "ck_test", secret: "cs_test" };
const since = parseInstant("2026-03-01T09:00:00.500Z") ?? NOON;

interface Call {
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly answer: unknown;
  readonly pages?: number | null;
  readonly status?: number;
}

/** A shop that answers each expected call once, in order. */
function shopThat(...calls: readonly Call[]): { fetch: Fetch; done: () => void } {
  const expected = [...calls];
  const fetch: Fetch = async (url, { headers }) => {
    const { origin, pathname, searchParams } = new URL(url);
    const next = expected.shift();
    assert.ok(next, `a call that nobody expected: ${url}`);
    assert.equal(`${origin}${pathname}`, `https://shop.example.com/store/wp-json/wc/v3/${next.path}`);
    for (const [name, value] of Object.entries(next.query ?? {})) assert.equal(searchParams.get(name), value, name);
    assert.equal(headers["authorization"], `Basic ${Buffer.from("ck_test:cs_test").toString("base64")}`);
    const body = typeof next.answer === "string" ? next.answer : JSON.stringify(next.answer);
    return new Response(body, { status: next.status ?? 200, headers: next.pages === null ? {} : { "x-wp-totalpages": String(next.pages ?? 1) } });
  };
  return { fetch, done: () => assert.equal(expected.length, 0, "calls that were expected and never made") };
}

async function pull(shop: ReturnType<typeof shopThat>, cursor?: string): Promise<readonly PulledPage[]> {
  const { adapter } = createSource({ name: "woocommerce", type: "woocommerce", config: { secrets: ["s"], api } });
  const pages: PulledPage[] = [];
  for await (const page of adapter.pull?.({ fetch: shop.fetch, since, until: NOON, waiting: async () => [], held: async () => [], ...(cursor !== undefined && { cursor }) }) ?? []) pages.push(page);
  shop.done();
  return pages;
}

const changed = (id: number, second: string, changes: Record<string, unknown> = {}) => wooOrder({ id, date_modified_gmt: `2026-03-01T10:00:${second}`, ...changes });
const cursorsOf = (pages: readonly PulledPage[]) => pages.map((page) => page.kind === "page" && page.cursor);
const textsOf = (pages: readonly PulledPage[]) => pages.flatMap((page) => (page.kind === "page" ? page.deliveries.map(({ body }) => Buffer.from(body).toString()) : []));
const seconds = (text: string) => (parseInstant(text) ?? 0) / 1_000;

test("a pull asks for what changed since, in UTC, and each page for what changed after the last one seen", async () => {
  const pages = await pull(
    shopThat(
      { path: "orders", query: { modified_after: "2026-03-01T09:00:00", dates_are_gmt: "true", orderby: "modified", order: "asc", status: "any", page: "1" }, pages: 2, answer: [changed(1, "10"), changed(2, "20")] },
      { path: "orders", query: { modified_after: "2026-03-01T10:00:19", page: "1" }, answer: [changed(2, "20"), changed(3, "30")] },
    ),
  );
  assert.deepEqual(cursorsOf(pages), [`${seconds("2026-03-01T10:00:19Z")}:1`, undefined]);
  const keys = pages.flatMap((page) => (page.kind === "page" ? page.deliveries.map(({ dedupeKey }) => dedupeKey) : []));
  assert.deepEqual([keys.length, new Set(keys).size], [4, 3], "an order that is listed twice is one delivery");
});

test("orders that all changed in one second are walked by page, from where a pull stopped", async () => {
  const after = `${seconds("2026-03-01T10:00:09Z")}`;
  const pages = await pull(
    shopThat(
      { path: "orders", query: { modified_after: "2026-03-01T10:00:09", page: "2" }, pages: 3, answer: [changed(3, "10"), changed(4, "10")] },
      { path: "orders", query: { modified_after: "2026-03-01T10:00:09", page: "3" }, pages: 3, answer: [changed(5, "10")] },
    ),
    `${after}:2`,
  );
  assert.deepEqual(cursorsOf(pages), [`${after}:3`, undefined]);
});

test("an order comes with the records of its refunds, byte for byte, and ids of 64 bits survive", async () => {
  const refund = `{"id":820982911946154507,"date_created_gmt":"2026-03-01T09:30:00","refunded_payment":true,"meta_data":[]}`;
  const order = JSON.stringify(changed(1, "10", { refunds: [{ id: 9, total: "-10.00" }] })).replace('"id":9', '"id":820982911946154507');
  const pages = await pull(
    shopThat({ path: "orders", answer: `[${order},${JSON.stringify(changed(2, "20"))}]` }, { path: "orders/1/refunds", query: { per_page: "100" }, answer: `[${refund}]` }),
  );
  assert.equal(textsOf(pages)[0], `{"order":${order},"refunds":[${refund}]}`);
  assert.match(textsOf(pages)[1] ?? "", /"refunds":\[\]\}$/);
});

test("a shop that is busy is left alone, also between an order and its refunds, and nothing of the page is kept", async () => {
  const listing = { path: "orders", answer: [changed(1, "10", { refunds: [{ id: 9, total: "-10.00" }] })] };
  const pages = await pull(shopThat(listing, { path: "orders/1/refunds", status: 503, answer: "" }));
  assert.deepEqual(pages.map(({ kind }) => kind), ["later"]);
});

test("what the shop refuses says what to check", async () => {
  const cases: Call[] = [
    { path: "orders", status: 401, answer: {} },
    { path: "orders", status: 404, answer: {} },
    { path: "orders", answer: { orders: [] } },
    { path: "orders", pages: null, answer: [] },
  ];
  for (const call of cases) {
    const [page, ...rest] = await pull(shopThat(call));
    assert.ok(page?.kind === "refused" && /REST API key/.test(page.next) && rest.length === 0, JSON.stringify(call));
  }
});

test("the key is never sent in the clear", () => {
  const config = (baseUrl: string) => ({ secrets: ["s"], api: { ...api, baseUrl } });
  assert.throws(() => createSource({ name: "woocommerce", type: "woocommerce", config: config("http://shop.example.com") }), /https/);
  assert.ok(createSource({ name: "woocommerce", type: "woocommerce", config: config("http://127.0.0.1:8080") }).isPulled);
});

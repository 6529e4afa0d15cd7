import { z } from "zod";
import { iso } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { getPage } from "../vendor-api.ts";
import { fulfilmentIn } from "./fulfilments.ts";
import { exactId } from "./payloads.ts";
import { vendorId } from "../payload.ts";

/** Shopify's largest page (https://shopify.dev/docs/api/usage/pagination-rest). */
const PAGE_SIZE = 250;
const ACCESS = "Check the Admin API token of this source, its scope read_orders, and the API version.";
const NEXT_LINK = /<([^>]+)>\s*;\s*rel="?next"?/;

const pageShape = z.object({
  orders: z.array(z.looseObject({ id: vendorId.nullish(), admin_graphql_api_id: z.string().nullish(), updated_at: z.string() })),
});

interface Api {
  /** The shop's name in the ids of its facts. */
  readonly shop: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly version: string;
}

/**
 * Every order changed since a moment, oldest change first, with its refunds and fulfilments; whose the work is that
 * webhooks told of without naming its order; and what has become of work that our books hold to be held: no order tells
 * of its release (scope read_merchant_managed_fulfillment_orders).
 * The REST Admin API, because its orders have the very shape of the webhooks: one reader for both, so that a pull
 * and a webhook tell the same events. Its pages are walked by the `Link` header; the cursor is that link.
 */
export async function* pullShopify(request: PullRequest, api: Api): AsyncGenerator<PulledPage> {
  const origin = new URL(api.baseUrl).origin;
  const first = new URL(`/admin/api/${api.version}/orders.json`, origin);
  first.search = String(
    new URLSearchParams({ status: "any", limit: String(PAGE_SIZE), order: "updated_at asc", updated_at_min: iso(request.since) }),
  );
  let url: string | undefined = request.cursor ?? first.href;
  while (url !== undefined) {
    // The link comes from outside: the token goes nowhere but to the configured shop.
    if (new URL(url).origin !== origin) {
      yield { kind: "refused", why: "The next page is at another host", next: "Check the base URL of this source." };
      return;
    }
    const answer = await getPage(request.fetch, url, { "x-shopify-access-token": api.token }, ACCESS);
    if (answer.kind !== "json") {
      yield answer;
      return;
    }
    const deliveries = readOrders(answer.json);
    if (!deliveries) {
      yield { kind: "refused", why: "The page holds no orders", next: ACCESS };
      return;
    }
    url = NEXT_LINK.exec(answer.headers.get("link") ?? "")?.[1];
    // Beside the last page, which completes the pull.
    const found = url === undefined ? await askAfterWork(request, api) : [];
    yield { kind: "page", deliveries: [...deliveries, ...found], ...(url !== undefined && { cursor: url }) };
  }
}

const workShape = z.object({ fulfillment_order: z.looseObject({ id: vendorId, order_id: vendorId, updated_at: z.string().nullish() }) });

/** The work that kept webhooks tell of without its order, and the work that is held: a webhook of its release can be lost. Each once. */
async function workToAskAfter({ waiting, held }: PullRequest, shop: string): Promise<ReadonlySet<string>> {
  const unnamed = (await waiting()).flatMap((row) => fulfilmentIn(row) ?? []);
  const known = (await held()).map((id) => id.slice(`${shop}/`.length));
  return new Set([...unnamed, ...known]);
}

/**
 * Whose each work is and how it stands. No more is asked after at once than the API's bucket of 40 requests holds
 * (https://shopify.dev/docs/api/usage/limits), so that the next pull does not wait for it. What stands as it did when it
 * was last asked after is the same delivery. What the vendor does not know, refuses or cannot answer now is left to the
 * next pull.
 */
async function askAfterWork(request: PullRequest, { shop, baseUrl, token, version }: Api): Promise<readonly VerifiedDelivery[]> {
  const found: VerifiedDelivery[] = [];
  for (const id of await workToAskAfter(request, shop)) {
    const { href } = new URL(`/admin/api/${version}/fulfillment_orders/${encodeURIComponent(id)}.json`, baseUrl);
    const answer = await getPage(request.fetch, href, { "x-shopify-access-token": token }, ACCESS);
    if (answer.kind === "later") break;
    const work = answer.kind === "json" ? workShape.safeParse(answer.json.value) : undefined;
    if (answer.kind !== "json" || !work?.success) continue;
    const { updated_at: updated } = work.data.fulfillment_order;
    found.push({ dedupeKey: `pull:fulfillment_order:${id}:${updated ?? ""}`, kind: "fulfillment_orders/pulled", headers: {}, body: Buffer.from(answer.json.sourceOf(answer.json.value as object)) });
  }
  return found;
}

/** Each order as a delivery, byte for byte; the same state of an order pulled twice is one delivery. */
function readOrders(json: JsonText): readonly VerifiedDelivery[] | undefined {
  const page = pageShape.safeParse(json.value);
  if (!page.success) return undefined;
  // The parsed copy has other objects than the text: the sources are those of the same index.
  const sources = (json.value as { orders: readonly object[] }).orders;
  return page.data.orders.map((order, index) => ({
    dedupeKey: `pull:${exactId(order)}:${order.updated_at}`,
    kind: "orders/pulled",
    headers: {},
    body: Buffer.from(json.sourceOf(sources[index] ?? {})),
  }));
}

import type { Fetch } from "../../../base/ports.ts";
import { z } from "zod";
import { instant, type Instant, iso, parseInstant, SECOND } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { vendorId } from "../payload.ts";
import { getPage } from "../vendor-api.ts";
import { contentKey } from "./identity.ts";

/** Half of WooCommerce's largest page: shops run on small machines, and each refunded order of a page costs a call more. */
const PAGE_SIZE = 50;
/** WooCommerce's largest page; no order has more refunds. */
const MAX_REFUNDS = 100;
const ACCESS =
  "Check the REST API key of this source (it must be able to read), that WooCommerce is 5.8 or newer with permalinks other than plain, and that the web server passes the Authorization header on.";

type Api = { readonly baseUrl: string; readonly key: string; readonly secret: string };
type Place = { readonly after: Instant; readonly page: number };
type Stopped = Exclude<PulledPage, { kind: "page" }>;

const pageShape = z.array(z.looseObject({ id: vendorId, date_modified_gmt: z.string().nullish(), refunds: z.array(z.unknown()).nullish() }));
type Listed = z.infer<typeof pageShape>[number];

/**
 * Every order changed since a moment, oldest change first, each with the records of its refunds. An order that changes
 * meanwhile moves to the end of the listing, and all others move up: so each page asks anew for what changed after the
 * last order seen, and walks by page number only among orders of one second. The cursor is `seconds:page`.
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders
 */
export async function* pullWooCommerce(request: PullRequest, api: Api): AsyncGenerator<PulledPage> {
  let place: Place | undefined = request.cursor === undefined ? { after: before(request.since), page: 1 } : readCursor(request.cursor);
  while (place !== undefined) {
    const listing = await get(request.fetch, api, ordersPath(place));
    if (listing.kind !== "json") {
      yield listing;
      return;
    }
    const orders = pageShape.safeParse(listing.json.value);
    const pages = listing.headers.get("x-wp-totalpages");
    if (!orders.success || pages === null) {
      yield { kind: "refused", why: orders.success ? "The answer lost its header X-WP-TotalPages" : "The page holds no orders", next: ACCESS };
      return;
    }
    const deliveries = await withRefunds(request.fetch, api, orders.data, listing.json);
    if ("kind" in deliveries) {
      yield deliveries;
      return;
    }
    place = place.page < Number(pages) ? following(place, orders.data) : undefined;
    yield { kind: "page", deliveries, ...(place && { cursor: `${place.after / SECOND}:${place.page}` }) };
  }
}

function following({ after, page }: Place, orders: readonly Listed[]): Place {
  const last = orders.at(-1);
  const changed = parseInstant(`${last?.date_modified_gmt}Z`);
  const next = changed && before(changed);
  return next !== undefined && next > after ? { after: next, page: 1 } : { after, page: page + 1 };
}

/** Each order as a delivery, byte for byte; the same state of an order pulled twice is one delivery. */
async function withRefunds(fetch: Fetch, api: Api, orders: readonly Listed[], listing: JsonText): Promise<readonly VerifiedDelivery[] | Stopped> {
  // The parsed copy has other objects than the text: the sources are those of the same index.
  const sources = listing.value as readonly object[];
  const deliveries: VerifiedDelivery[] = [];
  for (const [index, { id, refunds }] of orders.entries()) {
    let records = "[]";
    if (refunds != null && refunds.length > 0) {
      const answer = await get(fetch, api, `orders/${encodeURIComponent(id)}/refunds?per_page=${MAX_REFUNDS}`);
      if (answer.kind !== "json") return answer;
      if (!Array.isArray(answer.json.value)) return { kind: "refused", why: "The page holds no refunds", next: ACCESS };
      records = answer.json.sourceOf(answer.json.value);
    }
    const body = Buffer.from(`{"order":${listing.sourceOf(sources[index] ?? {})},"refunds":${records}}`);
    deliveries.push({ dedupeKey: contentKey("pull:order", id, body), kind: "order.pulled", headers: {}, body });
  }
  return deliveries;
}

function get(fetch: Fetch, { baseUrl, key, secret }: Api, path: string): ReturnType<typeof getPage> {
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`;
  return getPage(fetch, `${baseUrl.replace(/\/+$/, "")}/wp-json/wc/v3/${path}`, { authorization }, ACCESS);
}

function ordersPath({ after, page }: Place): string {
  const query = new URLSearchParams({
    // Without an offset: WordPress would convert one to the shop's zone, also where it compares with UTC.
    modified_after: iso(after).slice(0, 19),
    dates_are_gmt: "true",
    status: "any",
    orderby: "modified",
    order: "asc",
    per_page: String(PAGE_SIZE),
    page: String(page),
  });
  return `orders?${query}`;
}

function readCursor(cursor: string): Place {
  const [seconds, page] = cursor.split(":");
  return { after: instant(Number(seconds) * SECOND), page: Number(page) };
}

/** The last whole second before a moment: the filter leaves its own moment out. */
function before(at: Instant): Instant {
  return instant((Math.ceil(at / SECOND) - 1) * SECOND);
}

import { z } from "zod";
import { iso, parseInstant } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { getPage, postForm } from "../vendor-api.ts";
import { PAYPAL_TYPES } from "./normalise.ts";
import type { Environment } from "./signature.ts";

/** https://developer.paypal.com/api/webhooks/v1/webhooks-events-list: the listing of what was or should have been sent. */
const LIST = "/v1/notifications/webhooks-events";
const PAGE_SIZE = 100;
const ACCESS = "Check clientId, clientSecret and environment of this source: they are those of the REST app that the webhook belongs to.";

const BASES: Readonly<Record<Environment, string>> = { live: "https://api-m.paypal.com", sandbox: "https://api-m.sandbox.paypal.com" };

const tokenShape = z.object({ access_token: z.string().min(1) });
const pageShape = z.object({
  events: z.array(z.looseObject({ id: z.string(), event_type: z.string(), create_time: z.string() })).default([]),
  links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

/** Every event of the app between two moments; those that we do not read are left there. The cursor is PayPal's own link to the next page. */
export async function* pullPayPal(request: PullRequest, api: { environment: Environment; clientId: string; clientSecret: string }): AsyncGenerator<PulledPage> {
  const base = BASES[api.environment];
  const credentials = Buffer.from(`${api.clientId}:${api.clientSecret}`).toString("base64");
  const granted = await postForm(request.fetch, `${base}/v1/oauth2/token`, { authorization: `Basic ${credentials}` }, "grant_type=client_credentials", ACCESS);
  if (granted.kind !== "json") return yield granted;
  const token = tokenShape.safeParse(granted.json.value);
  if (!token.success) return yield { kind: "refused", why: "The vendor gave no access token", next: ACCESS };
  const authorization = `Bearer ${token.data.access_token}`;

  for (let cursor: string | undefined = request.cursor ?? firstPage(request); cursor !== undefined; ) {
    const answer = await getPage(request.fetch, base + cursor, { authorization }, ACCESS);
    if (answer.kind !== "json") return yield answer;
    const page = pageShape.safeParse(answer.json.value);
    if (!page.success) return yield { kind: "refused", why: "The page holds no events", next: ACCESS };
    cursor = page.data.events.length === 0 ? undefined : nextPage(page.data.links, base);
    yield { kind: "page", deliveries: readEvents(answer.json, page.data), ...(cursor !== undefined && { cursor }) };
  }
}

function firstPage({ since, until }: PullRequest): string {
  return `${LIST}?${new URLSearchParams({ page_size: String(PAGE_SIZE), start_time: iso(since), end_time: iso(until) }).toString()}`;
}

/** The next page of the same listing, on whichever of PayPal's hosts the link names: the token is for one host alone. */
function nextPage(links: z.infer<typeof pageShape>["links"], base: string): string | undefined {
  const next = links.find(({ rel }) => rel === "next");
  const url = next && URL.parse(next.href, base);
  return url?.pathname === LIST ? url.pathname + url.search : undefined;
}

/** Kept apart from the webhook of the same event: that one may have been cut or misread, and its facts converge anyway. */
function readEvents(json: JsonText, page: z.infer<typeof pageShape>): readonly VerifiedDelivery[] {
  const sources = (json.value as { events?: readonly object[] }).events ?? [];
  return page.events.flatMap(({ id, event_type: kind, create_time }, index) => {
    const triggeredAt = parseInstant(create_time);
    if (!PAYPAL_TYPES.has(kind)) return [];
    const body = Buffer.from(json.sourceOf(sources[index] ?? {}));
    return [{ dedupeKey: `pull:${id}`, kind, ...(triggeredAt !== undefined && { triggeredAt }), headers: {}, body }];
  });
}

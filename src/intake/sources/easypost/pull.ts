import { z } from "zod";
import { type Instant, iso, parseInstant } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { getPage } from "../vendor-api.ts";
import { TRACKER_KINDS } from "./normalise.ts";

/** EasyPost's largest page (https://docs.easypost.com/docs/events). */
const PAGE_SIZE = 100;
const ACCESS = "Check the API key of this source: it must be the production key of the account whose webhooks come here.";

const listed = { id: z.string().min(1) };
const eventPage = z.object({ has_more: z.boolean(), events: z.array(z.looseObject({ ...listed, description: z.string(), created_at: z.string().nullish() })) });
const shipmentPage = z.object({
  has_more: z.boolean(),
  shipments: z.array(z.looseObject({ ...listed, tracker: z.looseObject({ updated_at: z.string().nullish() }).nullish() })),
});
const payloadPage = z.object({ payloads: z.array(z.object({ request_body: z.string().nullish() })) });

type Api = { readonly baseUrl: string; readonly key: string };
type Stage = "events" | "shipments";
type Failed = Exclude<PulledPage, { kind: "page" }>;
type Read = { readonly deliveries: readonly VerifiedDelivery[]; readonly last: string | undefined };

/**
 * Every webhook of a tracker that EasyPost has made since a moment, whether it arrived or not: an event's listing says
 * nothing of its object, so the body that was sent is asked for, event by event. Then, where the store writes its order
 * ids there, the shipments bought since, which name the orders of their trackers. Newest first; the cursor is
 * `stage:last id`.
 */
export async function* pullEasyPost(request: PullRequest, api: Api, namesOrders: boolean): AsyncGenerator<PulledPage> {
  let [stage, before]: [Stage | undefined, string | undefined] = readCursor(request.cursor);
  while (stage !== undefined) {
    const answer = await getPage(request.fetch, listUrl(api, stage, request.since, before), authorised(api), ACCESS);
    if (answer.kind !== "json") {
      yield answer;
      return;
    }
    const read: Read | Failed = stage === "events" ? await sentWebhooks(request, api, answer.json) : shipments(answer.json);
    if ("kind" in read) {
      yield read;
      return;
    }
    [stage, before] = read.last !== undefined ? [stage, read.last] : [stage === "events" && namesOrders ? "shipments" : undefined, undefined];
    yield { kind: "page", deliveries: read.deliveries, ...(stage !== undefined && { cursor: `${stage}:${before ?? ""}` }) };
  }
}

async function sentWebhooks(request: PullRequest, api: Api, json: JsonText): Promise<Read | Failed> {
  const page = eventPage.safeParse(json.value);
  if (!page.success) return noList("events");
  const deliveries: VerifiedDelivery[] = [];
  for (const { id, description, created_at: at } of page.data.events) {
    if (!TRACKER_KINDS.has(description)) continue;
    const answer = await getPage(request.fetch, new URL(`/v2/events/${encodeURIComponent(id)}/payloads`, api.baseUrl).href, authorised(api), ACCESS);
    if (answer.kind !== "json") return answer;
    const tries = payloadPage.safeParse(answer.json.value);
    if (!tries.success) return noList("payloads");
    // No webhook was configured at the time: nothing was sent, and there is no body to read.
    const body = tries.data.payloads.find((each) => each.request_body)?.request_body;
    const triggeredAt = parseInstant(at ?? "");
    if (body) deliveries.push({ dedupeKey: `pull:${id}`, kind: description, ...(triggeredAt !== undefined && { triggeredAt }), headers: {}, body: Buffer.from(body) });
  }
  return { deliveries, last: page.data.has_more ? page.data.events.at(-1)?.id : undefined };
}

/** The same state of a shipment pulled twice is one delivery. */
function shipments(json: JsonText): Read | Failed {
  const page = shipmentPage.safeParse(json.value);
  if (!page.success) return noList("shipments");
  const sources = (json.value as { shipments: readonly object[] }).shipments;
  const deliveries = page.data.shipments.map(({ id, tracker }, index) => ({
    dedupeKey: `pull:${id}:${tracker?.updated_at ?? ""}`,
    kind: "shipment.pulled",
    headers: {},
    body: Buffer.from(json.sourceOf(sources[index] ?? {})),
  }));
  return { deliveries, last: page.data.has_more ? page.data.shipments.at(-1)?.id : undefined };
}

function noList(what: string): Failed {
  return { kind: "refused", why: `The page holds no ${what}`, next: ACCESS };
}

function listUrl({ baseUrl }: Api, stage: Stage, since: Instant, before: string | undefined): string {
  const url = new URL(`/v2/${stage}`, baseUrl);
  url.searchParams.set("page_size", String(PAGE_SIZE));
  url.searchParams.set("start_datetime", iso(since));
  if (stage === "shipments") url.searchParams.set("purchased", "true");
  if (before !== undefined) url.searchParams.set("before_id", before);
  return url.href;
}

function authorised({ key }: Api): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
}

function readCursor(cursor: string | undefined): [stage: Stage, before: string | undefined] {
  const [stage, before] = (cursor ?? "events:").split(":");
  return [stage === "shipments" ? "shipments" : "events", before || undefined];
}

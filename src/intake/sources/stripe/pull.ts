import { z } from "zod";
import { instant, type Instant, SECOND } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { getPage } from "../vendor-api.ts";
import { STRIPE_TYPES } from "./normalise.ts";

/** Stripe's largest page, and the most types that one listing filters by (https://docs.stripe.com/api/events/list). */
const PAGE_SIZE = 100;
const MAX_TYPES = 20;
const ACCESS = "Check the API key of this source: a restricted key that may read events is enough.";

const pageShape = z.object({
  data: z.array(z.looseObject({ id: z.string(), type: z.string(), created: z.int() })),
  has_more: z.boolean(),
});

/**
 * Every event that we read since a moment (Stripe keeps them for 30 days), newest first within each group of types.
 * The cursor is `group:last event id`.
 */
export async function* pullStripe(request: PullRequest, api: { baseUrl: string; key: string }): AsyncGenerator<PulledPage> {
  const groups = groupsOf(STRIPE_TYPES, MAX_TYPES);
  let [group, after] = readCursor(request.cursor);
  while (group < groups.length) {
    const url = pageUrl(api.baseUrl, request.since, groups[group] ?? [], after);
    const answer = await getPage(request.fetch, url, { authorization: `Bearer ${api.key}` }, ACCESS);
    if (answer.kind !== "json") {
      yield answer;
      return;
    }
    const page = pageShape.safeParse(answer.json.value);
    if (!page.success) {
      yield { kind: "refused", why: "The page holds no events", next: ACCESS };
      return;
    }
    const last = page.data.data.at(-1)?.id;
    [group, after] = page.data.has_more && last !== undefined ? [group, last] : [group + 1, undefined];
    const cursor = `${group}:${after ?? ""}`;
    yield { kind: "page", deliveries: readEvents(answer.json, page.data), ...(group < groups.length && { cursor }) };
  }
}

function pageUrl(baseUrl: string, since: Instant, types: readonly string[], after: string | undefined): string {
  const url = new URL("/v1/events", baseUrl);
  url.searchParams.set("limit", String(PAGE_SIZE));
  url.searchParams.set("created[gte]", String(Math.floor(since / SECOND)));
  for (const type of types) url.searchParams.append("types[]", type);
  if (after !== undefined) url.searchParams.set("starting_after", after);
  return url.href;
}

/** Kept apart from the webhook of the same event: that one may have been cut or misread, and its facts converge anyway. */
function readEvents(json: JsonText, page: z.infer<typeof pageShape>): readonly VerifiedDelivery[] {
  const sources = (json.value as { data: readonly object[] }).data;
  return page.data.map(({ id, type, created }, index) => ({
    dedupeKey: `pull:${id}`,
    kind: type,
    triggeredAt: instant(created * SECOND),
    headers: {},
    body: Buffer.from(json.sourceOf(sources[index] ?? {})),
  }));
}

function readCursor(cursor: string | undefined): [group: number, after: string | undefined] {
  const [group = "0", after] = (cursor ?? "0:").split(":");
  return [Number(group), after || undefined];
}

function groupsOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

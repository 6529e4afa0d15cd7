import { z } from "zod";
import { iso } from "../../../base/time.ts";
import type { PulledPage, PullRequest } from "../../adapter.ts";
import type { VerifiedDelivery } from "../../core/delivery.ts";
import type { JsonText } from "../../core/json.ts";
import { vendorId } from "../payload.ts";
import { getPage } from "../vendor-api.ts";
import { PULLED } from "./normalise.ts";

/** AfterShip's largest page (https://www.aftership.com/docs/tracking/reference/trackings/get-trackings). */
const PAGE_SIZE = 200;
const ACCESS = "Check the API key of this source: it needs to read trackings, in the API version that is configured.";

const pageShape = z.object({
  data: z.object({
    pagination: z.object({ has_next_page: z.boolean(), next_cursor: z.string().nullish() }),
    trackings: z.array(z.looseObject({ id: vendorId, updated_at: z.string() })),
  }),
});

/** Every tracking updated since a moment, as its webhook would hold it. The cursor is AfterShip's own. */
export async function* pullAfterShip(request: PullRequest, api: { baseUrl: string; key: string; version: string }): AsyncGenerator<PulledPage> {
  let cursor = request.cursor;
  for (;;) {
    const url = new URL(`/tracking/${api.version}/trackings`, api.baseUrl);
    url.searchParams.set("limit", String(PAGE_SIZE));
    url.searchParams.set("updated_at_min", iso(request.since));
    if (cursor !== undefined) url.searchParams.set("cursor", cursor);
    const answer = await getPage(request.fetch, url.href, { "as-api-key": api.key }, ACCESS);
    if (answer.kind !== "json") {
      yield answer;
      return;
    }
    const page = pageShape.safeParse(answer.json.value);
    if (!page.success) {
      yield { kind: "refused", why: "The page holds no trackings", next: ACCESS };
      return;
    }
    const { pagination, trackings } = page.data.data;
    cursor = pagination.has_next_page ? (pagination.next_cursor ?? undefined) : undefined;
    yield { kind: "page", deliveries: readTrackings(answer.json, trackings), ...(cursor !== undefined && { cursor }) };
    if (cursor === undefined) return;
  }
}

/** The same state of a tracking pulled twice is one delivery. */
function readTrackings(json: JsonText, trackings: readonly { id: string; updated_at: string }[]): readonly VerifiedDelivery[] {
  const sources = (json.value as { data: { trackings: readonly object[] } }).data.trackings;
  return trackings.map(({ id, updated_at: at }, index) => ({ dedupeKey: `pull:${id}:${at}`, kind: PULLED, headers: {}, body: Buffer.from(json.sourceOf(sources[index] ?? {})) }));
}

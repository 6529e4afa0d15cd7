import { z } from "zod";
import { instant, plus, SECOND } from "../../../base/time.ts";
import type { Recorded, Recordings, Renewal } from "../../adapter.ts";
import { readRecordedEvents } from "../recorded-events.ts";
import { shiftTo } from "../recorded-times.ts";

const eventShape = z.object({ id: z.string(), type: z.string(), created: z.int(), object: z.literal("event") });
type Event = z.infer<typeof eventShape>;

/** Stripe writes moments as seconds; only these keys hold them. */
const MOMENT = /("(?:created|due_by|available_on|arrival_date|canceled_at|expires_at)"\s*:\s*)(\d{10})\b/g;

/** Recorded Stripe events: the bare bodies of webhooks. */
export const stripeRecordings: Recordings = {
  read(files, renewal) {
    const { events, skipped } = readRecordedEvents(files, eventShape, "Stripe");
    const shift = shiftTo(renewal.newest, events.map(({ event }) => instant(event.created * SECOND)));
    return { recorded: events.map(({ file, text, event }) => renew(file, text, event, renewal, shift)), skipped };
  },
};

function renew(file: string, text: string, event: Event, renewal: Renewal, shift: number): Recorded {
  const id = renewal.deliveryId && `evt_${renewal.deliveryId(file).replaceAll("-", "")}`;
  const seconds = Math.floor(shift / SECOND);
  const body = (id ? text.replace(`"${event.id}"`, `"${id}"`) : text).replaceAll(MOMENT, (_all, key: string, at: string) => `${key}${Number(at) + seconds}`);
  return {
    file,
    unsigned: { kind: event.type, deliveryId: id ?? event.id, triggeredAt: plus(instant(event.created * SECOND), seconds * SECOND), body: Buffer.from(body) },
    changed: [...(id ? ["fresh event id"] : []), ...(seconds !== 0 ? ["fresh times"] : [])],
  };
}

import { z } from "zod";
import { parseInstant } from "../../../base/time.ts";
import type { Recorded, Recordings, Renewal } from "../../adapter.ts";
import { readRecordedEvents } from "../recorded-events.ts";
import { rfc3339In, shiftRfc3339, shiftTo } from "../recorded-times.ts";

const eventShape = z.object({ id: z.string(), description: z.string(), created_at: z.string().nullish(), object: z.literal("Event") });
type Event = z.infer<typeof eventShape>;

/** Recorded EasyPost events: the bare bodies of webhooks. */
export const easyPostRecordings: Recordings = {
  read(files, renewal) {
    const { events, skipped } = readRecordedEvents(files, eventShape, "EasyPost");
    const shift = shiftTo(renewal.newest, events.flatMap(({ text }) => rfc3339In(text)));
    return { recorded: events.map(({ file, text, event }) => renew(file, text, event, renewal, shift)), skipped };
  },
};

function renew(file: string, text: string, event: Event, renewal: Renewal, shift: number): Recorded {
  const id = renewal.deliveryId && `evt_${renewal.deliveryId(file).replaceAll("-", "")}`;
  const body = shiftRfc3339(id ? text.replace(`"${event.id}"`, `"${id}"`) : text, shift);
  const triggeredAt = parseInstant(shiftRfc3339(event.created_at ?? "", shift));
  return {
    file,
    unsigned: { kind: event.description, deliveryId: id ?? event.id, ...(triggeredAt !== undefined && { triggeredAt }), body: Buffer.from(body) },
    changed: [...(id ? ["fresh event id"] : []), ...(shift !== 0 ? ["fresh times"] : [])],
  };
}

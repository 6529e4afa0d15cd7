import { z } from "zod";
import { hashToken } from "../../../base/ids.ts";
import { parseInstant } from "../../../base/time.ts";
import type { Recorded, RecordedFile, Recordings, Renewal } from "../../adapter.ts";
import { type JsonText, readJson } from "../../core/json.ts";
import { rfc3339In, shiftRfc3339, shiftTo } from "../recorded-times.ts";

/** A recorded delivery. A bare body is the other form: its topic is then the file's name. */
const deliveryShape = z.object({ headers: z.record(z.string(), z.string()), body: z.looseObject({}) });

const GID = /gid:\/\/shopify\/\w+\/(\d{16,})/g;
const LONG_NUMBER = /(?<=[[:,]\s*)\d{16,}(?=\s*[,}\]])/g;

interface Parsed {
  readonly file: string;
  readonly topic: string;
  readonly deliveryId: string;
  readonly triggeredAt: string | undefined;
  readonly body: string;
}

/** Recorded Shopify webhooks: `{headers, body}`, or bodies in files named after their topic (`customers.redact.json`). */
export const shopifyRecordings: Recordings = {
  read(files, renewal) {
    const skipped: { file: string; why: string }[] = [];
    const parsed = files.flatMap((file) => {
      const json = readJson(Buffer.from(file.text));
      if (json.ok) return [parse(file, json.value)];
      skipped.push({ file: file.name, why: `it is no JSON: ${json.error}` });
      return [];
    });
    const exact = exactIds(parsed);
    const shift = shiftTo(renewal.newest, parsed.flatMap(({ body }) => rfc3339In(body)));
    return { recorded: parsed.map((each) => renew(each, renewal, exact, shift)), skipped };
  },
};

function parse({ name, text }: RecordedFile, json: JsonText): Parsed {
  const whole = deliveryShape.safeParse(json.value);
  const topic = name.replace(/\.json$/, "").replace(".", "/");
  if (!whole.success) return { file: name, topic, deliveryId: hashToken(text).slice(0, 32), triggeredAt: undefined, body: text };
  const { headers } = whole.data;
  return {
    file: name,
    topic: headers["x-shopify-topic"] ?? topic,
    deliveryId: headers["x-shopify-webhook-id"] ?? hashToken(text).slice(0, 32),
    triggeredAt: headers["x-shopify-triggered-at"],
    body: json.sourceOf((json.value as { body: object }).body),
  };
}

/**
 * Recorders that parse JSON as JavaScript does have rounded ids beyond 2^53, so that a refund no longer names its
 * order. The GraphQL ids beside them are text and still exact: a rounded number that exactly one of them rounds to is that id.
 */
function exactIds(parsed: readonly Parsed[]): ReadonlyMap<number, string> {
  const exact = new Map<number, Set<string>>();
  for (const { body } of parsed) {
    for (const [, id = ""] of body.matchAll(GID)) exact.set(Number(id), (exact.get(Number(id)) ?? new Set()).add(id));
  }
  return new Map([...exact].flatMap(([rounded, ids]) => (ids.size === 1 ? [[rounded, [...ids][0] ?? ""] as const] : [])));
}

function renew(parsed: Parsed, renewal: Renewal, exact: ReadonlyMap<number, string>, shift: number): Recorded {
  let restored = 0;
  const body = parsed.body.replaceAll(LONG_NUMBER, (digits) => {
    const id = exact.get(Number(digits));
    if (id === undefined || id === digits) return digits;
    restored++;
    return id;
  });
  const changed = [
    ...(restored > 0 ? [`${restored} rounded ids restored`] : []),
    ...(renewal.deliveryId ? ["fresh delivery id"] : []),
    ...(shift !== 0 ? ["fresh times"] : []),
  ];
  const triggeredAt = renewal.newest ?? parseInstant(parsed.triggeredAt ?? "");
  const deliveryId = renewal.deliveryId?.(parsed.file) ?? parsed.deliveryId;
  return { file: parsed.file, unsigned: { kind: parsed.topic, deliveryId, ...(triggeredAt !== undefined && { triggeredAt }), body: Buffer.from(shiftRfc3339(body, shift)) }, changed };
}

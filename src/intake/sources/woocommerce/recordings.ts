import { z } from "zod";
import { hashToken } from "../../../base/ids.ts";
import { type Instant, iso, parseInstant, plus } from "../../../base/time.ts";
import type { Recorded, RecordedFile, Recordings, Renewal } from "../../adapter.ts";
import { type Json, type JsonText, readJson } from "../../core/json.ts";
import { vendorId } from "../payload.ts";
import { shiftTo } from "../recorded-times.ts";

const refundShape = z.looseObject({ id: vendorId, refunded_payment: z.boolean() });
const orderShape = z.looseObject({ id: vendorId, number: z.unknown(), line_items: z.array(z.unknown()), refunds: z.array(z.looseObject({ id: vendorId })).nullish() });

/** WooCommerce writes moments in UTC without saying so; the local ones beside them are not read. */
const MOMENT = /("date_\w+_gmt"\s*:\s*")(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?=")/g;

interface Parsed {
  readonly file: string;
  readonly topic: string;
  readonly body: string;
}

type Read = { readonly name: string; readonly text: string; readonly json: JsonText };

/**
 * Recorded WooCommerce objects: orders, listings of orders, and refunds. Nothing beside a body says what it is, so its
 * own shape does. A refund names no order: it is told as a pull would, with the order of another file that lists it.
 */
export const wooCommerceRecordings: Recordings = {
  read(files, renewal) {
    const skipped: { file: string; why: string }[] = [];
    const skip = (file: string, why: string): readonly Parsed[] => {
      skipped.push({ file, why });
      return [];
    };
    const read = files.flatMap((file) => readFile(file, skip));
    const orderOf = ordersByRefund(read);
    const parsed = read.flatMap((file) => parse(file, orderOf, skip));
    const shift = shiftTo(renewal.newest, parsed.flatMap(({ body }) => momentsIn(body)));
    return { recorded: parsed.map((each) => renew(each, renewal, shift)), skipped };
  },
};

type Skip = (file: string, why: string) => readonly Parsed[];

function readFile({ name, text }: RecordedFile, skip: Skip): readonly Read[] {
  const json = readJson(Buffer.from(text));
  if (json.ok) return [{ name, text, json: json.value }];
  skip(name, `it is no JSON: ${json.error}`);
  return [];
}

function parse({ name, json }: Read, orderOf: ReadonlyMap<string, string>, skip: Skip): readonly Parsed[] {
  if (Array.isArray(json.value)) {
    return json.value.flatMap((each: Json, index) => parseOne(each, json, `${name}#${index}`, orderOf, skip));
  }
  return parseOne(json.value, json, name, orderOf, skip);
}

function parseOne(value: Json, json: JsonText, file: string, orderOf: ReadonlyMap<string, string>, skip: Skip): readonly Parsed[] {
  if (orderShape.safeParse(value).success) return [{ file, topic: "order.updated", body: json.sourceOf(value as object) }];
  const refund = refundShape.safeParse(value);
  if (!refund.success) return skip(file, "it is neither an order nor a refund");
  const order = orderOf.get(refund.data.id);
  if (order === undefined) return skip(file, "no order of the folder names this refund");
  return [{ file, topic: "order.pulled", body: `{"order":${order},"refunds":[${json.sourceOf(value as object)}]}` }];
}

/** The text of the order that names each refund. */
function ordersByRefund(files: readonly Read[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { json } of files) {
    for (const value of Array.isArray(json.value) ? (json.value as readonly Json[]) : [json.value]) {
      const order = orderShape.safeParse(value);
      if (order.success) for (const { id } of order.data.refunds ?? []) found.set(id, json.sourceOf(value as object));
    }
  }
  return found;
}

function momentsIn(body: string): readonly Instant[] {
  return [...body.matchAll(MOMENT)].flatMap(([, , time]) => parseInstant(`${time}Z`) ?? []);
}

function renew({ file, topic, body }: Parsed, renewal: Renewal, shift: number): Recorded {
  const deliveryId = renewal.deliveryId?.(file);
  const moved = shift === 0 ? body : body.replaceAll(MOMENT, (_all, key: string, time: string) => `${key}${iso(plus(parseInstant(`${time}Z`) as Instant, shift)).slice(0, 19)}`);
  // A delivery is known by its bytes alone: a member that nobody reads makes them new.
  const marked = deliveryId === undefined ? moved : moved.replace("{", `{"replayed":"${deliveryId}",`);
  return {
    file,
    unsigned: { kind: topic, deliveryId: deliveryId ?? hashToken(body).slice(0, 32), body: Buffer.from(marked) },
    changed: [...(deliveryId === undefined ? [] : ["marked as new"]), ...(shift !== 0 ? ["fresh times"] : [])],
  };
}

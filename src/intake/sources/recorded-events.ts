import type { z } from "zod";
import type { RecordedFile } from "../adapter.ts";
import { readJson } from "../core/json.ts";

/** A recorded event: the bare body of a webhook, as its vendor's schema reads it. */
interface RecordedEvent<T> {
  readonly file: string;
  readonly text: string;
  readonly event: T;
}

/** The files that hold an event of the vendor's, and why the others are left out. */
export function readRecordedEvents<T>(files: readonly RecordedFile[], schema: z.ZodType<T>, vendor: string): { readonly events: readonly RecordedEvent<T>[]; readonly skipped: readonly { readonly file: string; readonly why: string }[] } {
  const skipped: { file: string; why: string }[] = [];
  const events = files.flatMap(({ name, text }) => {
    const json = readJson(Buffer.from(text));
    const event = json.ok ? schema.safeParse(json.value.value) : undefined;
    if (event?.success) return [{ file: name, text, event: event.data }];
    skipped.push({ file: name, why: json.ok ? `it is no ${vendor} event` : `it is no JSON: ${json.error}` });
    return [];
  });
  return { events, skipped };
}

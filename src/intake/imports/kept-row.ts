import { invariant } from "../../base/errors.ts";
import { type Instant, latest, parseInstant } from "../../base/time.ts";
import type { Imported, InboxRow, Normalised, VerifiedDelivery } from "../core/delivery.ts";
import type { FactKind } from "../core/event.ts";
import { makeEvent } from "../core/make-event.ts";
import { inSource, readFact } from "../sources/cloudevents/facts.ts";
import { bodyIdentity, firstIssue } from "../sources/payload.ts";
import { trackingRefs } from "../sources/tracking.ts";
import type { SheetName } from "./sheets.ts";

/** One fact of a row: `stated` is what `data` of a CloudEvent would be. */
export interface KeptTelling {
  readonly kind: FactKind;
  /** RFC 3339. */
  readonly at: string;
  readonly stated: Readonly<Record<string, unknown>>;
}

/** A row as it is kept: what it tells of one order, whatever file it stood in. */
export interface KeptRow {
  readonly sheet: SheetName;
  readonly order: string;
  readonly refs?: readonly string[];
  readonly facts: readonly KeptTelling[];
}

/**
 * A row as a delivery of its source. What it tells is its identity: the same row in another file, with other
 * delimiters or in another order of columns, is a duplicate, and so is one that was history and comes as news.
 */
export function toKeep(row: KeptRow, imported: Imported): VerifiedDelivery {
  const body = Buffer.from(JSON.stringify(row));
  const [first, ...rest] = row.facts.map(({ at }) => momentOf(at));
  return {
    dedupeKey: `import ${bodyIdentity(body)}`,
    kind: `import/${row.sheet}`,
    // News speaks of its moment like a webhook. History speaks of nothing that a source may still be owed to tell.
    ...(imported === "news" && first !== undefined && { triggeredAt: latest(first, ...rest) }),
    headers: {},
    body,
    imported,
  };
}

/** Reads a kept row, or a word of Makegood's own, as events of its source, with ids as that source's own words have them. */
export function normaliseRow(row: InboxRow): Normalised {
  const { order, refs = [], facts } = JSON.parse(Buffer.from(row.body).toString("utf8")) as Omit<KeptRow, "sheet">;
  const events = [];
  for (const { kind, at, stated } of facts) {
    const fact = readFact(kind, stated, row.source);
    if (!fact.success) return { kind: "quarantined", code: "unreadable", why: `It was imported, but no longer fits: ${kind}.${firstIssue(fact.error)}. Report it with its inbox id, and requeue it after the upgrade that reads it.` };
    const names = [...refs, ...(fact.data.kind === "parcel.recorded" ? trackingRefs(fact.data.tracking) : [])];
    events.push(makeEvent(row, { at: momentOf(at), orderId: inSource(row.source, order), refs: names, fact: fact.data }));
  }
  return { kind: "events", events };
}

function momentOf(text: string): Instant {
  const at = parseInstant(text);
  invariant(at !== undefined, "a moment that was read before it was kept");
  return at;
}

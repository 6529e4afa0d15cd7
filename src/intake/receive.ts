import { CERTIFICATE_RETRY, type Certificates } from "../base/certificates.ts";
import { invariant } from "../base/errors.ts";
import { type StoreId, uuidOf } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { SECOND } from "../base/time.ts";
import type { ConfiguredSource } from "./adapter.ts";
import type { Delivery, IntakeProblem, VerifiedDelivery } from "./core/delivery.ts";
import { appendRows, type NewRow } from "./store.ts";

export interface ReceiverPorts extends Ports {
  readonly certificates: Certificates;
}

/** The configured sources of each store, by name. */
export type Sources = ReadonlyMap<StoreId, ReadonlyMap<string, ConfiguredSource>>;

/** What the sender is told. `kept` only after the commit. */
export type Receipt =
  | { readonly kind: "kept"; readonly fresh: number; readonly duplicates: number; readonly inboxIds: readonly string[] }
  | { readonly kind: "refused"; readonly problem: IntakeProblem };

export interface Receiver {
  /** Verifies, keeps the raw bytes, and answers after the commit. Never throws for what a sender or the database does. */
  receive(store: StoreId, source: string, delivery: Delivery): Promise<Receipt>;
  /** Refuses what comes from now on and resolves when all that was taken is answered. */
  drain(): Promise<void>;
}

/** Deliveries that may wait for a commit: about a second of work; more would be answered too late anyway (senders wait about 5 s). */
export const MAX_WAITING = 4_096;
/** And their bytes, so that the queue fits into memory whatever their size. */
export const MAX_WAITING_BYTES = 64 * 1_048_576;
/** One store's share of the queue: a surge in one must not shut out the others. */
export const MAX_WAITING_OF_STORE = MAX_WAITING / 2;
/** Rows and bytes of one insert: beyond it the gain is gone and the commit is late. */
export const MAX_FLUSH = 512;
export const MAX_FLUSH_BYTES = 8 * 1_048_576;
/** Flushes in flight: one group is made ready while the other waits for the disk. More only make the groups smaller. */
export const FLUSHES = 2;

const RETRY_AFTER_SECONDS = 5;

interface Waiting {
  readonly rows: readonly NewRow[];
  readonly bytes: number;
  readonly answer: (receipt: Receipt) => void;
}

/**
 * Takes deliveries for all stores. They are committed in groups by natural batching: whatever came while a commit
 * ran goes into the next one, so that a group is as large as the load makes it and a single delivery never waits
 * for company. `flushes` is how many commits may run at once.
 */
export function createReceiver(ports: ReceiverPorts, sources: Sources, flushes: number = FLUSHES): Receiver {
  const queue = new DeliveryQueue(ports, flushes);
  return {
    async receive(store, source, delivery) {
      const configured = sources.get(store)?.get(source);
      if (!configured) return refused(unknownSource());
      const now = ports.clock.now();
      const url = configured.adapter.certificateUrl?.(delivery);
      const certificate = url === undefined ? undefined : await ports.certificates.get(url);
      if (certificate?.ok === false) return refused(noCertificate(certificate.error));
      const verified = configured.adapter.verify(delivery, now, certificate?.value);
      if (!verified.ok) return refused(verified.error);
      const rows = verified.value.map((each) => newRow(store, source, now, each));
      return rows.length === 0 ? kept([], new Set()) : queue.add(store, rows);
    },
    drain: () => queue.drain(),
  };
}

/** A delivery as a row; its id is a function of the vendor's identity, so that a repetition is the same row. */
export function newRow(store: StoreId, source: string, receivedAt: NewRow["receivedAt"], delivery: VerifiedDelivery): NewRow {
  const safe = { ...delivery, dedupeKey: storable(delivery.dedupeKey), kind: storable(delivery.kind) };
  return { store, inboxId: uuidOf("inbox", store, source, safe.dedupeKey), source, receivedAt, delivery: safe };
}

const STORABLE = /^[\x20-\x7e]{1,600}$/;

/** What senders choose must fit an index and be storable as text; anything else is kept under its hash. */
function storable(text: string): string {
  return STORABLE.test(text) ? text : `hash:${uuidOf(text)}`;
}

class DeliveryQueue {
  private readonly ports: Ports;
  private readonly flushes: number;
  private waiting: Waiting[] = [];
  private count = 0;
  private bytes = 0;
  private readonly countByStore = new Map<StoreId, number>();
  private running = 0;
  private stopped: (() => void)[] | undefined;

  constructor(ports: Ports, flushes: number) {
    this.ports = ports;
    this.flushes = flushes;
  }

  add(store: StoreId, rows: readonly NewRow[]): Promise<Receipt> {
    const bytes = rows.reduce((sum, { delivery }) => sum + delivery.body.length, 0);
    const problem = this.refusal(store, bytes);
    if (problem) return Promise.resolve(refused(problem));
    this.count += rows.length;
    this.bytes += bytes;
    this.countByStore.set(store, (this.countByStore.get(store) ?? 0) + rows.length);
    return new Promise((answer) => {
      this.waiting.push({ rows, bytes, answer });
      this.next();
    });
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.stopped = [...(this.stopped ?? []), resolve];
      this.settleDrain();
    });
  }

  private refusal(store: StoreId, bytes: number): IntakeProblem | undefined {
    if (this.stopped) return busy("stopping", 503, "This server is shutting down.");
    if (this.count >= MAX_WAITING || this.bytes + bytes > MAX_WAITING_BYTES) return busy("overloaded", 503, "Too much is waiting to be written.");
    const ofStore = this.countByStore.get(store) ?? 0;
    return ofStore >= MAX_WAITING_OF_STORE ? busy("too_many", 429, "Too much of this store is waiting to be written.") : undefined;
  }

  private next(): void {
    while (this.running < this.flushes && this.waiting.length > 0) {
      this.running++;
      const batch = this.takeBatch();
      void this.flush(batch).finally(() => {
        this.running--;
        this.release(batch);
        this.next();
        this.settleDrain();
      });
    }
  }

  private takeBatch(): readonly Waiting[] {
    let rows = 0;
    let bytes = 0;
    let size = 0;
    for (const each of this.waiting) {
      if (size > 0 && (rows + each.rows.length > MAX_FLUSH || bytes + each.bytes > MAX_FLUSH_BYTES)) break;
      rows += each.rows.length;
      bytes += each.bytes;
      size++;
    }
    return this.waiting.splice(0, size);
  }

  private async flush(batch: readonly Waiting[]): Promise<void> {
    try {
      const known = new Set(await appendRows(this.ports.db, inOrder(batch.flatMap(({ rows }) => rows))));
      for (const { rows, answer } of batch) {
        answer(kept(rows, known));
        // The same delivery again in the same batch is a duplicate of this one.
        for (const { inboxId } of rows) known.add(inboxId);
      }
    } catch (error) {
      if (batch.length > 1 && isOfOneRow(error)) {
        // One of them cannot be stored: it must not take the others down with it.
        for (const each of batch) await this.flush([each]);
        return;
      }
      this.ports.log.error({ rows: batch.length, error: error instanceof Error ? error.name : "unknown", code: sqlState(error) }, "deliveries not stored");
      for (const { answer } of batch) answer(refused(busy("not_stored", 503, "It could not be written.")));
    }
  }

  private release(batch: readonly Waiting[]): void {
    for (const { rows, bytes } of batch) {
      this.count -= rows.length;
      this.bytes -= bytes;
      for (const { store } of rows) {
        const left = (this.countByStore.get(store) ?? 0) - 1;
        if (left > 0) this.countByStore.set(store, left);
        else this.countByStore.delete(store);
      }
    }
    invariant(this.count >= 0 && this.bytes >= 0, "the queue counts what it holds");
  }

  private settleDrain(): void {
    if (this.stopped && this.running === 0 && this.waiting.length === 0) for (const resolve of this.stopped) resolve();
  }
}

/** Each id once, ascending: two flushes that hold the same rows must lock them in the same order. */
export function inOrder(rows: readonly NewRow[]): readonly NewRow[] {
  const once = new Map(rows.map((row) => [row.inboxId, row]));
  return [...once.values()].sort((a, b) => (a.inboxId < b.inboxId ? -1 : 1));
}

function sqlState(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** SQLSTATE 22 (data exception) and 23 (integrity) are about what is written, not about the database's health. */
function isOfOneRow(error: unknown): boolean {
  return /^2[23][0-9A-Z]{3}$/.test(sqlState(error));
}

function kept(rows: readonly NewRow[], known: ReadonlySet<string>): Receipt {
  const inboxIds = rows.map(({ inboxId }) => inboxId);
  const duplicates = inboxIds.filter((id) => known.has(id)).length;
  return { kind: "kept", fresh: rows.length - duplicates, duplicates, inboxIds };
}

function refused(problem: IntakeProblem): Receipt {
  return { kind: "refused", problem };
}

function busy(code: IntakeProblem["code"], status: 429 | 503, what: string): IntakeProblem {
  return { code, status, what, next: "Nothing of it was kept. Send it again.", retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function noCertificate(why: string): IntakeProblem {
  return {
    code: "certificate_unavailable",
    status: 503,
    what: `The certificate that it is signed with cannot be had: ${why}.`,
    next: "Nothing of it was kept. Send it again. If this stays, see that this server may reach the vendor's certificates over HTTPS.",
    retryAfterSeconds: CERTIFICATE_RETRY / SECOND,
  };
}

/** No such store, or no such source in it: the two are not told apart to strangers. */
export function unknownSource(): IntakeProblem {
  return {
    code: "unknown_source",
    status: 404,
    what: "There is no such source.",
    next: "Check the address: /hooks/<store>/<source>, with the names of the configuration.",
  };
}

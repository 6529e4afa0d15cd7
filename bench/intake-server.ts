import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { noCertificates } from "../src/base/certificates.ts";
import { prepared, sql } from "../src/base/db.ts";
import { parseStoreId, type StoreId, systemRandom, uuidOf } from "../src/base/ids.ts";
import { instant } from "../src/base/time.ts";
import { createReceiver, createSource, intakeRoutes, type Receiver, type ReceiverPorts, registerSources, type Sources } from "../src/intake/index.ts";
import { connect } from "../src/server/database/index.ts";

// One server of the intake benchmark, in a process of its own: `node intake-server.ts <mode> <database> <secret>`.

export type Mode = "one-flush" | "two-flushes" | "insert-per-request" | "no-database";

const STORE = parseStoreId("bench") as StoreId;
/** As many as PostgreSQL has any use for on two cores; more did not help the insert per request. */
const CONNECTIONS = 20;

const [mode, url, secret] = process.argv.slice(2) as [Mode, string, string];

const db = connect(url, { max: CONNECTIONS, name: `bench ${mode}` });
const quiet = (): void => {};
const ports: ReceiverPorts = { db, clock: { now: () => instant(Date.now()) }, random: systemRandom, log: { info: quiet, warn: quiet, error: console.error }, certificates: noCertificates };
const sources: Sources = new Map([[STORE, new Map([["shopify", createSource({ name: "shopify", type: "shopify", config: { secrets: [secret] } })]])]]);

const insert = prepared(
  "bench.insert",
  `insert into inbox (store_id, inbox_id, source, dedupe_key, kind, headers, body, triggered_at, received_at, state, attempts, retry_at)
   values ($1, $2, $3, $4, $5, $6, $7, ms($8), ms($9), 'new', 0, ms($9)) on conflict do nothing`,
);

/** The same verification, with what `keep` does in place of the group commit. */
function baseline(keep: (source: string, dedupeKey: string, kind: string, body: Uint8Array) => Promise<void>): Receiver {
  return {
    async receive(store, source, delivery) {
      const verified = sources.get(store)?.get(source)?.adapter.verify(delivery, ports.clock.now());
      if (!verified?.ok) return { kind: "refused", problem: verified?.error ?? { code: "unknown_source", status: 404, what: "", next: "" } };
      for (const { dedupeKey, kind, body } of verified.value) await keep(source, dedupeKey, kind, body);
      return { kind: "kept", fresh: 1, duplicates: 0, inboxIds: [] };
    },
    drain: async () => {},
  };
}

function receiver(): Receiver {
  switch (mode) {
    case "one-flush":
      return createReceiver(ports, sources, 1);
    case "two-flushes":
      return createReceiver(ports, sources, 2);
    case "insert-per-request":
      return baseline(async (source, dedupeKey, kind, body) => {
        const now = ports.clock.now();
        await db.rows(insert, [STORE, uuidOf("inbox", STORE, source, dedupeKey), source, dedupeKey, kind, "{}", body, now, now]);
      });
    case "no-database":
      return baseline(async () => {});
  }
}

const now = ports.clock.now();
await db.rows(sql("insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2)) on conflict do nothing"), [STORE, now]);
await registerSources(db, STORE, sources.get(STORE) ?? new Map(), now);
const fastify = Fastify();
await intakeRoutes(fastify, { receiver: receiver(), sources });
await fastify.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ port: (fastify.server.address() as AddressInfo).port });
process.once("disconnect", () => process.exit(0));

import { noCertificates } from "../../src/base/certificates.ts";
import { parseStoreId, systemRandom } from "../../src/base/ids.ts";
import { invariant } from "../../src/base/errors.ts";
import type { Fetch } from "../../src/base/ports.ts";
import { instant, plus, type Clock, type Instant, type Milliseconds } from "../../src/base/time.ts";
import { createReceiver, registerSources } from "../../src/intake/index.ts";
import { createSmtpTransport, memoryJournal, type Dns } from "../../src/outreach/index.ts";
import { createAdapters } from "../../src/server/config/adapters.ts";
import type { Duty } from "../../src/server/duties.ts";
import { silentLog } from "../../src/server/log.ts";
import { startMailSink, type SinkPolicy } from "../../src/server/mail-sink/index.ts";
import { closeProviders, parseConfig, type Opened } from "../../src/server/runtime/open.ts";
import { storeDuties } from "../../src/server/runtime/store-duties.ts";
import { createStoreRuntime } from "../../src/server/runtime/store-runtime.ts";
import { takeWatch } from "../../src/server/stores/fence.ts";
import { insertStore } from "../../src/server/stores/store.ts";
import { testDatabase } from "../../src/server/database/testing.ts";
import { sampleConfig } from "../../sample/config.ts";
import type { VendorDelivery } from "../../sample/model.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";

/** Monday, 5 October 2026, 10:00 in Berlin. */
export const MONDAY = instant(Date.UTC(2026, 9, 5, 8));

const unanswered = async () => ({ kind: "unasked", why: "no DNS is asked in this test" }) as const;
/** For commands that ask none. */
export const noDns: Dns = { txt: unanswered, mx: unanswered, addresses: unanswered };

export interface SpineOptions {
  /** Whether the store's playbooks speak from the start. Default true. */
  readonly live?: boolean;
  readonly policy?: SinkPolicy;
  /** What a provider's 250 proves. Default final. */
  readonly evidence?: "final" | "relay";
  /** Sources beside the sample's shop and processor, by name. */
  readonly sources?: Readonly<Record<string, object>>;
  /** Event webhooks of mail providers, by name. */
  readonly eventWebhooks?: Readonly<Record<string, object>>;
  /** Further settings of the store, by name. */
  readonly settings?: Readonly<Record<string, object>>;
  /** The vendors' APIs, as pulls reach them. Default: none is asked. */
  readonly fetch?: Fetch;
  /** What else differs from the sample's configuration. */
  readonly change?: (config: string) => string;
}

/** The whole product over a real database and a real mail server, on a clock that the test moves. */
export async function startSpine(options: SpineOptions = {}) {
  const { url, db, drop } = await testDatabase();
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 1_000, ...(options.policy && { policy: options.policy }) });
  let now: Instant = MONDAY;
  const clock: Clock = { now: () => now };
  const store = parseStoreId("sample");
  invariant(store, "a store name");
  const named = (settings: Readonly<Record<string, object>> = {}) => Object.entries(settings).map(([name, each]) => `      ${name}: ${JSON.stringify(each)}\n`).join("");
  const text = sampleConfig({ ...SAMPLE_SECRETS, publicUrl: "http://localhost", port: 0, mailPorts: [sink.port, sink.port] })
    .replaceAll("evidence: final", `evidence: ${options.evidence ?? "final"}`)
    .replace("    paging:", `${Object.entries(options.settings ?? {}).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`).join("")}    paging:`)
    .replace("    sources:\n", `    evidence:${options.eventWebhooks ? `\n${named(options.eventWebhooks)}` : " {}\n"}    sources:\n${named(options.sources)}`);
  const config = parseConfig(options.change?.(text) ?? text, "test", {});
  const adapters = createAdapters(config, []);
  const ports = { db, clock, random: systemRandom, log: silentLog };
  const runtime = await createStoreRuntime({
    id: store,
    config,
    adapters,
    ports,
    sample: options.live ?? true,
    journal: () => memoryJournal(),
    openProvider: (settings) => ({
      name: settings.name,
      evidence: settings.evidence,
      transport: createSmtpTransport({ host: "127.0.0.1", port: settings.port, tls: "none", connections: 1, name: "hearth.example", timeouts: { idle: 100 } }),
    }),
  });
  await insertStore(db, store, options.live ?? true, now);
  await registerSources(db, store, runtime.sources, now);
  const receiver = createReceiver({ ...ports, certificates: noCertificates }, adapters.sources);
  const duties = storeDuties(runtime, { ...ports, fetch: options.fetch ?? (() => Promise.reject(new Error("no vendor is asked in this test"))) }, await takeWatch(ports, store), () => {});
  const opened: Opened = { config, adapters, database: db, ports, stores: [runtime], close: async () => {} };

  return {
    url,
    db,
    store,
    runtime,
    sink,
    opened,
    receiver,
    now: () => now,
    /** Lets time pass. */
    pass: (ms: Milliseconds) => void (now = plus(now, ms)),
    async deliver(delivery: VendorDelivery) {
      const receipt = await receiver.receive(store, delivery.source, { headers: delivery.headers, body: Buffer.from(delivery.body) });
      invariant(receipt.kind === "kept", `the delivery to be kept, got ${JSON.stringify(receipt)}`);
      return receipt;
    },
    /** Runs every duty until none finds anything to do. */
    work: () => runAll(duties),
    async stop() {
      await receiver.drain();
      await closeProviders(runtime);
      await sink.close();
      await drop();
    },
  };
}

async function runAll(duties: readonly Duty[]): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    let worked = 0;
    for (const duty of duties) worked += (await duty.run()).worked;
    if (worked === 0) return;
  }
  invariant(false, "the work to come to an end");
}

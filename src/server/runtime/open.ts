import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Refusal } from "../../base/errors.ts";
import { systemRandom } from "../../base/ids.ts";
import type { Log, Ports } from "../../base/ports.ts";
import { MINUTE, type Clock } from "../../base/time.ts";
import { registerSources } from "../../intake/index.ts";
import { createSmtpTransport, fileJournal, memoryJournal, type Provider } from "../../outreach/index.ts";
import type { Adapters } from "../config/adapters.ts";
import { createAdapters } from "../config/adapters.ts";
import { describeProblems, loadConfig } from "../config/load.ts";
import type { Config, MailProviderConfig, StoreConfig } from "../config/schema.ts";
import { connect, type Database } from "../database/index.ts";
import { insertStore } from "../stores/store.ts";
import { createStoreRuntime, type StoreRuntime } from "./store-runtime.ts";

export const MIGRATIONS = join(import.meta.dirname, "../../../db/migrations");

/** Connections of one process: enough for every duty at once, few enough for many processes on one server. */
const CONNECTIONS = 12;

/** Half of outreach's lease. */
const FINAL_ANSWER_WITHIN = MINUTE;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A process that is ready to work: its configuration, its database and its stores. */
export interface Opened {
  readonly config: Config;
  readonly adapters: Adapters;
  readonly database: Database;
  readonly ports: Ports;
  readonly stores: readonly StoreRuntime[];
  close(): Promise<void>;
}

/** Reads and checks a configuration file. Throws a Refusal with every problem and its line. */
export async function readConfig(path: string, env: Environment): Promise<Config> {
  const file = resolve(path);
  const text = await readFile(file, "utf8").catch(() => {
    throw new Refusal({ code: "config", status: 400, what: `There is no configuration at ${file}.`, next: "Copy makegood.example.yaml there, or name another file with --config." });
  });
  return parseConfig(text, path, env);
}

export function parseConfig(text: string, name: string, env: Environment): Config {
  const loaded = loadConfig(text, env);
  if (loaded.ok) return loaded.value;
  throw new Refusal({ code: "config", status: 400, what: `The configuration cannot be used:\n${describeProblems(name, loaded.error)}\n`, next: "Correct these lines; docs/reference/config.md says what each setting means." });
}

export interface OpenWish {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Every store of the configuration is the sample: its playbooks speak from the start. */
  readonly sample: boolean;
  /** Where a process that sends keeps its journal of acceptances; a command that sends nothing has none. */
  readonly journalFolder?: string;
}

/** Opens the database and registers what is configured there. The database must be migrated. */
export async function open(wish: OpenWish): Promise<Opened> {
  const { config, clock, log, sample } = wish;
  const database = connect(wish.databaseUrl, { max: CONNECTIONS, log, name: "makegood" });
  try {
    const ports: Ports = { db: database, clock, random: systemRandom, log };
    const adapters = createAdapters(config, []);
    const stores: StoreRuntime[] = [];
    for (const id of Object.keys(config.stores)) {
      const journal = (store: string) => (wish.journalFolder === undefined ? memoryJournal() : fileJournal(join(wish.journalFolder, store)));
      stores.push(await createStoreRuntime({ id, config, adapters, ports, sample, journal, openProvider: openSmtp }));
    }
    const now = clock.now();
    for (const store of stores) {
      await insertStore(database, store.id, sample, now);
      await registerSources(database, store.id, store.sources, now);
    }
    return {
      config,
      adapters,
      database,
      ports,
      stores,
      close: async () => {
        await Promise.all(stores.map(closeProviders));
        await database.end();
      },
    };
  } catch (error) {
    await database.end();
    throw error;
  }
}

/** Ends what its channels have open. */
export async function closeProviders({ outreach }: Pick<StoreRuntime, "outreach">): Promise<void> {
  await Promise.all(outreach.channels.flatMap((channel) => channel.providers.map((provider) => provider.transport.close())));
}

function openSmtp(settings: MailProviderConfig, store: StoreConfig): Provider {
  const { user, password } = settings;
  const transport = createSmtpTransport({
    host: settings.host,
    port: settings.port,
    tls: settings.tls,
    connections: settings.connections,
    // A send must be over, one way or the other, before its lease is.
    timeouts: { final: FINAL_ANSWER_WITHIN },
    name: store.mail.domain ?? store.mail.from.slice(store.mail.from.lastIndexOf("@") + 1),
    ...(user !== undefined && password !== undefined && { auth: { user, password } }),
    ...(settings.headers && { fields: settings.headers }),
    ...(settings.dkim && { dkim: settings.dkim }),
  });
  return { name: settings.name, evidence: settings.evidence, transport };
}

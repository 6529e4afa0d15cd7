import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "../src/base/db.ts";
import { invariant } from "../src/base/errors.ts";
import { parseStoreId } from "../src/base/ids.ts";
import { instant } from "../src/base/time.ts";
import { reconcile } from "../src/incidents/index.ts";
import { connect, migrate, type Database } from "../src/server/database/index.ts";
import { silentLog } from "../src/server/log.ts";
import { startMailSink } from "../src/server/mail-sink/index.ts";
import { startPostgres, type PostgresServer } from "../src/server/postgres/index.ts";
import { MIGRATIONS } from "../src/server/runtime/open.ts";
import { insertGolive, insertStore } from "../src/server/stores/store.ts";
import { daemon, freePort, type Daemon } from "./processes.ts";
import { inParallel, sender } from "./sender.ts";
import { cancelledOrder, STORE, storeConfig } from "./store.ts";

// Real processes, killed at random moments: `node chaos/run.ts [--webhooks 20000] [--kills 20]`.
// Not replayable: what it finds is counted, and each duplicate is named.

const LANES = 24;
/** How long the work may take to come to rest once nothing is killed any more. */
const REST_WITHIN = 15 * 60_000;

interface World {
  readonly db: Database;
  readonly daemons: readonly Daemon[];
  /** Mails that reached a mailbox, by address. */
  readonly mailboxes: ReadonlyMap<string, readonly string[]>;
  readonly killDatabase: () => Promise<void>;
}

const { values } = parseArgs({ options: { webhooks: { type: "string", default: "20000" }, kills: { type: "string", default: "20" } } });
const webhooks = Number(values.webhooks);
const kills = Number(values.kills);
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);
const store = parseStoreId(STORE);
invariant(store, "a store name");

const folder = mkdtempSync(join(tmpdir(), "makegood-chaos-"));
let postgres = await startServer();
const { url } = postgres;
const mailboxes = new Map<string, string[]>();
const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 1 });
sink.onMessage((mail) => {
  const id = /^Message-ID: *<([^>]+)>/im.exec(Buffer.from(mail.raw).toString("latin1"))?.[1] ?? "?";
  for (const to of mail.envelope.to) mailboxes.set(to, [...(mailboxes.get(to) ?? []), id]);
});
const port = await freePort();
writeFileSync(join(folder, "makegood.yaml"), storeConfig(sink.port, port));
await migrate(url, MIGRATIONS, instant(Date.now()));
const db = connect(url, { max: 4, log: silentLog });
const env = { DATABASE_URL: url, PORT: String(port), MAKEGOOD_DATA: folder, LOG_LEVEL: "fatal" };
const args = (command: string) => [command, "--config", join(folder, "makegood.yaml")];
const daemons = [daemon("web", args("web"), env, /serves on port/), daemon("worker 1", args("worker"), env, /at work/), daemon("worker 2", args("worker"), env, /at work/)];
const world: World = { db, daemons, mailboxes, killDatabase: async () => killNow(postgres.pid()) };

const verdict = await run(world).catch((error: unknown) => {
  console.error(error);
  return false;
});
await Promise.all(daemons.map((each) => each.kill()));
await sink.close();
await db.end();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(verdict ? 0 : 1);

/** The server restarts itself; when it was killed too often in a row it is started anew, as a service manager does. */
async function startServer(): Promise<PostgresServer> {
  const server = await startPostgres({ dataFolder: join(folder, "postgres"), log: silentLog });
  void server.lost.then(async () => {
    await server.stop();
    postgres = await startServer();
    invariant(postgres.url === url, "the database to come back where it was");
    say("the database was killed too often in a row and has been started anew");
  });
  return server;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    say("  (it was down already)");
  }
}

async function run(over: World): Promise<boolean> {
  invariant(store, "a store name");
  await insertStore(db, store, false, instant(Date.now()));
  await insertGolive(db, store, "cancelled-by-store", "chaos", instant(Date.now() - 1));
  await Promise.all(over.daemons.map((each) => each.start()));
  say(`${webhooks} webhooks, ${kills} kills of web, worker and database`);
  const vendor = sender((source) => `http://127.0.0.1:${port}/hooks/${STORE}/${source}`);
  let acknowledged = 0;
  const killing = killAtRandom(over, () => acknowledged / webhooks);
  await inParallel(webhooks, LANES, async (index) => {
    await vendor.send(cancelledOrder(index, instant(Date.now())).delivery);
    acknowledged += 1;
    if (acknowledged % 2_000 === 0) say(`${acknowledged} acknowledged`);
  });
  await killing;
  say(`all acknowledged, ${vendor.retries()} tries again; waiting until nobody is due`);
  await untilAtRest(over);
  return report(over);
}

/** Kills something when the next share of the webhooks has been acknowledged, and starts it again. */
async function killAtRandom(over: World, progress: () => number): Promise<void> {
  for (let done = 0; done < kills; done += 1) {
    while (progress() < (done + 0.5) / (kills + 1)) await pause(20);
    await pause(randomInt(300));
    const target = randomInt(over.daemons.length + 1);
    const victim = over.daemons[target];
    say(`kill -9 ${victim?.name ?? "database"}`);
    await (victim ? victim.kill() : over.killDatabase());
    await victim?.start().catch(async () => {
      // The database may be on its way up: a process that cannot start is started again, as a service manager does.
      await pause(2_000);
      await victim.start();
    });
  }
}

/** Waits until nobody is due. Leases and evidence windows are real time; they are brought forward, and that is said. */
async function untilAtRest(over: World): Promise<void> {
  invariant(store, "a store name");
  const until = Date.now() + REST_WITHIN;
  for (let round = 0; Date.now() < until; round += 1) {
    await Promise.all(over.daemons.map(async (each) => (each.pid() === undefined ? each.start() : undefined)));
    await pause(2_000);
    const line = await reconcile(db, store, instant(Date.now()));
    const [open] = await db.rows<{ inbox: number; messages: number }>(
      sql(`select (select count(*) from inbox where state = 'new') as inbox, (select count(*) from messages where state in ('ready', 'leased', 'unknown', 'held')) as messages`),
    );
    if (round % 5 === 0) say(`${line.affected} cases, ${line.due} due, ${open?.inbox} deliveries unread, ${open?.messages} messages open`);
    if (line.affected === webhooks && line.due === 0 && open?.inbox === 0 && open.messages === 0) return;
    if (open?.inbox === 0 && round % 3 === 2) await bringForward();
  }
  say("NOT at rest in time");
}

/** A lease and an evidence window pass: what waits for two minutes or half an hour waits no longer. */
async function bringForward(): Promise<void> {
  const [leases] = await db.rows<{ n: number }>(sql(`with moved as (update messages set lease_until = lease_until - interval '3 minutes' where state = 'leased' returning 1) select count(*) as n from moved`));
  const [windows] = await db.rows<{ n: number }>(sql(`with moved as (update messages set evidence_until = evidence_until - interval '31 minutes' where state = 'unknown' and state_at < now() - interval '4 minutes' returning 1) select count(*) as n from moved`));
  if ((leases?.n ?? 0) + (windows?.n ?? 0) > 0) say(`time brought forward: ${leases?.n} leases, ${windows?.n} evidence windows`);
}

async function report(over: World): Promise<boolean> {
  invariant(store, "a store name");
  const missing = Array.from({ length: webhooks }, (_, index) => cancelledOrder(index, instant(0)).address).filter((address) => !over.mailboxes.has(address));
  const twice = [...over.mailboxes].filter(([, ids]) => ids.length > 1);
  const strange = twice.filter(([, ids]) => new Set(ids).size > 1 || ids.length > 2);
  const line = await reconcile(db, store, instant(Date.now()));
  const kept = await db.rows<{ n: number }>(sql("select count(*) as n from inbox where state = 'applied'"));
  for (const [address, ids] of twice) console.log(`duplicate: ${address} got ${ids.length} times <${ids[0]}>`);
  for (const address of missing.slice(0, 20)) console.log(`MISSING: ${address}`);
  const allowed = webhooks / 1_000;
  const verdicts: [string, boolean][] = [
    [`${kept[0]?.n} of ${webhooks} acknowledged webhooks kept and applied`, kept[0]?.n === webhooks],
    [`${missing.length} customers without a mail`, missing.length === 0],
    [`${twice.length} duplicates (at most ${allowed}), each the counted resend with the same Message-ID`, twice.length <= allowed && strange.length === 0],
    [`ledger: ${line.affected} affected = ${line.told} told + ${line.due} due; balanced: ${line.balanced}`, line.balanced && line.affected === webhooks],
  ];
  for (const [what, well] of verdicts) console.log(`${well ? "ok  " : "FAIL"}  ${what}`);
  return verdicts.every(([, well]) => well);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

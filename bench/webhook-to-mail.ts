import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invariant } from "../src/base/errors.ts";
import { parseStoreId } from "../src/base/ids.ts";
import { instant } from "../src/base/time.ts";
import { connect, migrate } from "../src/server/database/index.ts";
import { silentLog } from "../src/server/log.ts";
import { startMailSink } from "../src/server/mail-sink/index.ts";
import { startPostgres } from "../src/server/postgres/index.ts";
import { MIGRATIONS } from "../src/server/runtime/open.ts";
import { insertGolive, insertStore } from "../src/server/stores/store.ts";
import { daemon, freePort } from "../chaos/processes.ts";
import { inParallel } from "../chaos/sender.ts";
import { cancelledOrder, STORE, storeConfig } from "../chaos/store.ts";

/** From a signed webhook over HTTP to the mail that the recipient's server accepted: real processes, fsync on. */
export interface WebhookToMailFigures {
  readonly webhooks: number;
  /** Mails accepted a second over the whole run, from the first webhook sent to the last mail. The median of the runs. */
  readonly webhookToMailPerSecond: number;
  readonly runs: readonly number[];
  /** Largest resident memory of any product process. */
  readonly largestProcessMiB: number;
}

const RUNS = 5;
const LANES = 64;

/** One web and one worker process on an embedded database; each webhook is an order that the store cancelled. */
export async function benchWebhookToMail(webhooks = 10_000): Promise<WebhookToMailFigures> {
  const folder = mkdtempSync(join(tmpdir(), "makegood-bench-"));
  const store = parseStoreId(STORE);
  invariant(store, "a store name");
  const postgres = await startPostgres({ dataFolder: join(folder, "postgres"), log: silentLog });
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 1 });
  const port = await freePort();
  writeFileSync(join(folder, "makegood.yaml"), storeConfig(sink.port, port));
  await migrate(postgres.url, MIGRATIONS, instant(Date.now()));
  const db = connect(postgres.url, { max: 1 });
  await insertStore(db, store, false, instant(Date.now()));
  await insertGolive(db, store, "cancelled-by-store", "bench", instant(Date.now() - 1_000));
  const env = { DATABASE_URL: postgres.url, PORT: String(port), MAKEGOOD_DATA: folder, LOG_LEVEL: "error" };
  const products = [
    daemon("web", ["web", "--config", join(folder, "makegood.yaml")], env, /serves on port/),
    daemon("worker", ["worker", "--config", join(folder, "makegood.yaml")], env, /at work/),
  ];
  try {
    await Promise.all(products.map((each) => each.start()));
    const runs: number[] = [];
    for (let run = 0; run <= RUNS; run += 1) {
      const rate = await measure(run * webhooks, run === 0 ? Math.min(webhooks, 2_000) : webhooks, port, sink);
      if (run > 0) runs.push(rate); // the first one warms up
    }
    const largestProcessMiB = Math.max(...products.map((each) => residentPeakMiB(each.pid())));
    return { webhooks, webhookToMailPerSecond: median(runs), runs, largestProcessMiB };
  } finally {
    await Promise.all(products.map((each) => each.stop()));
    await sink.close();
    await db.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(first: number, webhooks: number, port: number, sink: Awaited<ReturnType<typeof startMailSink>>): Promise<number> {
  let mails = 0;
  const all = Promise.withResolvers<void>();
  const stop = sink.onMessage(() => {
    mails += 1;
    if (mails === webhooks) all.resolve();
  });
  const sockets: Socket[] = [];
  for (let lane = 0; lane < LANES; lane += 1) {
    const socket = connectSocket({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    sockets.push(socket);
  }
  const free = [...sockets];
  const began = performance.now();
  await inParallel(webhooks, LANES, async (index) => {
    const socket = free.pop();
    invariant(socket, "a connection a lane");
    await post(socket, first + index);
    free.push(socket);
  });
  await all.promise;
  const seconds = (performance.now() - began) / 1_000;
  stop();
  for (const socket of sockets) socket.destroy();
  return Math.round(webhooks / seconds);
}

/** A client that costs little beside the servers: it reads until the answer's length and no more. */
function post(socket: Socket, index: number): Promise<void> {
  const { delivery } = cancelledOrder(index, instant(Date.now()));
  const head = [`POST /hooks/${STORE}/shopify HTTP/1.1`, "host: localhost", ...Object.entries(delivery.headers).map(([name, value]) => `${name}: ${value}`), `content-length: ${Buffer.byteLength(delivery.body)}`];
  return new Promise((resolve, reject) => {
    let answer = "";
    const hear = (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      const end = answer.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      if (end < 0 || length === undefined || answer.length < end + 4 + Number(length)) return;
      socket.off("data", hear);
      if (answer.startsWith("HTTP/1.1 200")) resolve();
      else reject(new Error(`The server refused: ${answer}`));
    };
    socket.on("data", hear);
    socket.write(`${head.join("\r\n")}\r\n\r\n${delivery.body}`);
  });
}

function residentPeakMiB(pid: number | undefined): number {
  const status = pid === undefined ? "" : readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

if (import.meta.main) console.log(JSON.stringify(await benchWebhookToMail(Number(process.argv[2] ?? 10_000))));

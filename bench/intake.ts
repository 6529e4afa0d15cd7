import { type ChildProcess, fork } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import type { Log } from "../src/base/ports.ts";
import { instant } from "../src/base/time.ts";
import { connect, migrate } from "../src/server/database/index.ts";
import { sql } from "../src/base/db.ts";
import { startDisposablePostgres } from "../src/server/postgres/index.ts";
import type { Mode } from "./intake-server.ts";

/** One server at one number of connections: medians of the runs. */
export interface IntakeRate {
  readonly perSecond: number;
  readonly p99Ms: number;
}

export interface IntakeFigures {
  readonly bodyBytes: number;
  readonly runs: number;
  /** By connections and server. `two-flushes` and `one-flush` are ours with that many commits in flight. */
  readonly rates: Readonly<Record<string, Readonly<Record<Mode, IntakeRate>>>>;
  /** Ours against one insert per request, and against the same server without a database: medians of the runs' ratios. */
  readonly ratios: Readonly<Record<string, { readonly toInsertPerRequest: number; readonly toNoDatabase: number; readonly twoFlushesToOne: number }>>;
}

const RUNS = 5;
const CONNECTIONS = [64, 256] as const;
const WARM_MS = 500;
const MEASURE_MS = 2_500;
const SECRET = "bench-secret";
const MODES: readonly Mode[] = ["two-flushes", "insert-per-request", "no-database", "one-flush"];
/** The server of the product: its default number of flushes. */
const OURS: Mode = "two-flushes";
const QUIET: Log = { info: () => {}, warn: () => {}, error: () => {} };
/** PostgreSQL's own defaults: every commit waits for the disk. */
const DURABLE = {};
const MIGRATIONS = join(import.meta.dirname, "../db/migrations");

/** 5 KB of the kind that shops send: nested, repetitive, with some entropy. */
const LINES = Array.from({ length: 17 }, (_, line) => ({
  id: 8_665_503_117 + line * 104_729, title: `Article ${line}`, quantity: 1 + (line % 3), price: `${19 + line}.90`, sku: `SKU-${(line * 7_919).toString(36)}`,
  price_set: { shop_money: { amount: `${19 + line}.90`, currency_code: "EUR" }, presentment_money: { amount: `${19 + line}.90`, currency_code: "EUR" } },
}));
const BODY = JSON.stringify({ id: "%ID%", name: "#1001", currency: "EUR", line_items: LINES }).padEnd(5_120, " ");

interface Running {
  readonly mode: Mode;
  readonly port: number;
  readonly process: ChildProcess;
}

/**
 * Durable intake over HTTP: signed 5 KB webhooks, each with its own body, signature and delivery id, from this
 * process to a server in another. All servers run the same routes and verification; they take turns within each
 * run, so that a slow moment of the machine falls on all. Takes about two and a half minutes.
 */
export async function benchIntake(): Promise<IntakeFigures> {
  const postgres = await startDisposablePostgres(QUIET, DURABLE);
  const servers: Running[] = [];
  try {
    await migrate(postgres.url, MIGRATIONS, instant(0));
    for (const mode of MODES) servers.push(await start(mode, postgres.url));
    // The first slots of a server run code that is not compiled yet.
    for (const { port } of servers) await load(port, CONNECTIONS[0]);
    const measured = new Map<string, IntakeRate[]>();
    for (let run = 0; run < RUNS; run++) {
      await clean(postgres.url);
      for (const connections of CONNECTIONS) {
        for (const { mode, port } of servers) {
          const key = `${connections} ${mode}`;
          measured.set(key, [...(measured.get(key) ?? []), await load(port, connections)]);
        }
      }
    }
    return figures(measured);
  } finally {
    await Promise.all(servers.map(stop));
    await postgres.stop();
  }
}

async function clean(url: string): Promise<void> {
  const db = connect(url, { max: 1 });
  await db.rows(sql("truncate inbox"));
  await db.end();
}

async function start(mode: Mode, url: string): Promise<Running> {
  const server = fork(join(import.meta.dirname, "intake-server.ts"), [mode, url, SECRET], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  return { mode, port, process: server };
}

async function stop(running: Running): Promise<void> {
  const gone = once(running.process, "exit");
  running.process.disconnect();
  await gone;
}

async function load(port: number, connections: number): Promise<IntakeRate> {
  const started = performance.now();
  const from = started + WARM_MS;
  const until = from + MEASURE_MS;
  const latencies: number[] = [];
  await Promise.all(Array.from({ length: connections }, () => worker(port, from, until, latencies)));
  latencies.sort((a, b) => a - b);
  return { perSecond: Math.round((latencies.length * 1_000) / MEASURE_MS), p99Ms: Math.round(latencies[Math.floor(latencies.length * 0.99)] ?? 0) };
}

/** One connection that sends the next request when the last is answered. */
async function worker(port: number, from: number, until: number, latencies: number[]): Promise<void> {
  const socket = connectSocket({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  for (;;) {
    const sent = performance.now();
    if (sent >= until) break;
    await exchange(socket, request());
    const answered = performance.now();
    if (sent >= from && answered < until) latencies.push(answered - sent);
  }
  socket.destroy();
}

let requests = 0;

function request(): string {
  const body = BODY.replace("%ID%", String(++requests));
  const signature = createHmac("sha256", SECRET).update(body).digest("base64");
  const head = [
    "POST /hooks/bench/shopify HTTP/1.1",
    "host: localhost",
    "content-type: application/json",
    "x-shopify-topic: orders/updated",
    `x-shopify-webhook-id: ${randomUUID()}`,
    "x-shopify-triggered-at: 2026-03-02T12:00:00Z",
    `x-shopify-hmac-sha256: ${signature}`,
    `content-length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** A client that costs little beside the servers: it reads the status line and the length, and no more. */
function exchange(socket: Socket, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString("latin1");
      const end = answer.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      if (end < 0 || length === undefined || answer.length < end + 4 + Number(length)) return;
      finish(answer.startsWith("HTTP/1.1 200") ? undefined : new Error(`The server refused: ${answer}`));
    };
    const onClose = (): void => finish(new Error("The server closed the connection"));
    const finish = (error?: Error): void => {
      socket.off("data", onData).off("close", onClose).off("error", onClose);
      if (error) reject(error);
      else resolve();
    };
    socket.on("data", onData).on("close", onClose).on("error", onClose);
    socket.write(message);
  });
}

function figures(measured: ReadonlyMap<string, readonly IntakeRate[]>): IntakeFigures {
  const runsOf = (connections: number, mode: Mode): readonly IntakeRate[] => measured.get(`${connections} ${mode}`) ?? [];
  const ratio = (connections: number, mode: Mode, to: Mode): number =>
    round(median(runsOf(connections, mode).map(({ perSecond }, run) => perSecond / (runsOf(connections, to)[run]?.perSecond ?? NaN))));
  const rates = CONNECTIONS.map((connections) => {
    const byMode = MODES.map((mode) => {
      const runs = runsOf(connections, mode);
      return [mode, { perSecond: median(runs.map((run) => run.perSecond)), p99Ms: median(runs.map((run) => run.p99Ms)) }] as const;
    });
    return [connections, Object.fromEntries(byMode) as Record<Mode, IntakeRate>] as const;
  });
  const ratios = CONNECTIONS.map(
    (connections) =>
      [connections, { toInsertPerRequest: ratio(connections, OURS, "insert-per-request"), toNoDatabase: ratio(connections, OURS, "no-database"), twoFlushesToOne: ratio(connections, "two-flushes", "one-flush") }] as const,
  );
  return { bodyBytes: BODY.length, runs: RUNS, rates: Object.fromEntries(rates), ratios: Object.fromEntries(ratios) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) {
  const result = await benchIntake();
  for (const [connections, rates] of Object.entries(result.rates)) {
    console.log(`${connections} connections`);
    console.table(rates);
  }
  console.table(result.ratios);
  console.log(JSON.stringify(result));
}

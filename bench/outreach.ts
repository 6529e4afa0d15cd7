import { createHash } from "node:crypto";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { sql, type Db } from "../src/base/db.ts";
import type { StoreId } from "../src/base/ids.ts";
import { HOUR, instant, plus } from "../src/base/time.ts";
import { recordStandings } from "../src/incidents/index.ts";
import { createSmtpTransport, createWording, emailChannel, evidenceOfNotices, expandNotices, memoryJournal, sendReady } from "../src/outreach/index.ts";
import type { NoticeToSay, OutreachPorts, Provider } from "../src/outreach/index.ts";
import { loadPlaybooks, snapshot } from "../src/playbooks/index.ts";
import type { Playbook } from "../src/playbooks/index.ts";
import { SEND_LANES } from "../src/server/runtime/store-duties.ts";
import { startMailSink } from "../src/server/mail-sink/index.ts";
import { testDatabase } from "../src/server/database/testing.ts";
import { fill } from "../src/words/index.ts";

/**
 * Mail with rendering and ledger against nodemailer's pooled html + text without any ledger: same words, same sink,
 * same number of connections. Sender, sink and baseline share one process, hence one core; PostgreSQL has its own.
 *
 *     node bench/outreach.ts [messages per run]
 */
export interface OutreachFigures {
  readonly messages: number;
  readonly mailBytes: number;
  /** Notices turned into ledger rows. */
  readonly expandedPerSecond: number;
  /** From the claim to the recorded outcome and standing, with words and SMTP in between. */
  readonly sentPerSecond: number;
  readonly nodemailerPerSecond: number;
  readonly sentRatio: number;
}

const RUNS = 5;
const MESSAGES = 5_000;
const BASELINE_MESSAGES = 1_000;
const CONNECTIONS = 5;
const STORE = "bench" as StoreId;
const NOW = instant(Date.UTC(2026, 10, 22, 11));
const FROM = "care@shop.example";
const FACTS = { choices: { reason: "inventory", money: "due" }, values: { amount: { money: { minor: 39_800, currency: "EUR" } }, refund_by: { day: plus(NOW, 7 * 24 * HOUR) } } };

/** Runs the benchmark; about a minute with the default number of messages. */
export async function benchOutreach(messages = MESSAGES): Promise<OutreachFigures> {
  const playbook = await playbookInUse();
  const database = await testDatabase();
  const wording = createWording({ store: STORE, branding: { storeName: "Café Nord", colour: "#1f4d3a" }, supportContact: "people@shop.example", zone: "Europe/Berlin", orderPage: (orderId) => `https://shop.example/o/${createHash("md5").update(orderId).digest("hex")}` });
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 10 });
  const transport = createSmtpTransport({ host: "127.0.0.1", port: sink.port, tls: "none", name: "bench.invalid", connections: CONNECTIONS });
  const ports = portsOf(database.db, wording, transport);
  const runs = { expanded: [] as number[], sent: [] as number[], nodemailer: [] as number[] };
  await registerStore(database.db, playbook);
  try {
    for (let run = 0; run < RUNS; run++) {
      await seed(database.db, playbook, run * messages, messages);
      runs.expanded.push(await rate(messages, () => untilIdle(() => expandNotices(ports, STORE))));
      runs.sent.push(await rate(messages, () => inLanes(() => untilIdle(() => sendReady(ports, STORE)))));
      runs.nodemailer.push(await rate(BASELINE_MESSAGES, () => sendByNodemailer(sink.port, wording, playbook)));
    }
    await expectAllAccepted(database.db, messages * RUNS);
    const [sentPerSecond, nodemailerPerSecond] = [median(runs.sent), median(runs.nodemailer)];
    const mailBytes = sink.messages().at(-RUNS)?.raw.length ?? 0;
    return { messages, mailBytes, expandedPerSecond: median(runs.expanded), sentPerSecond, nodemailerPerSecond, sentRatio: Math.round((sentPerSecond / nodemailerPerSecond) * 10) / 10 };
  } finally {
    await transport.close();
    await sink.close();
    await database.drop();
  }
}

function portsOf(db: Db, wording: OutreachPorts["wording"], transport: Provider["transport"]): OutreachPorts {
  let drawn = 0;
  return {
    db,
    clock: { now: () => NOW },
    random: { bytes: (count) => createHash("sha512").update(String(drawn++)).digest().subarray(0, count) },
    log: { info: () => {}, warn: () => {}, error: (_fields, message) => { throw new Error(message); } },
    epoch: 1,
    settings: { storeName: "Café Nord", from: { name: "Café Nord", address: FROM }, replyTo: FROM, mailDomain: "shop.example", zone: "Europe/Berlin", locale: "en", quietHours: {}, sendCapPerHour: 1_000_000_000 },
    journal: memoryJournal(),
    channels: [emailChannel([{ name: "sink", evidence: "relay", transport }])],
    wording,
    reviseCases: async () => {},
    recordStandings: (tx, of, changes, now) => recordStandings(tx, of, changes, { heardOf: evidenceOfNotices }, now),
  };
}

async function untilIdle(work: () => Promise<{ claimed: number }>): Promise<void> {
  while ((await work()).claimed > 0);
}

/** As a worker runs the duty. */
async function inLanes(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: SEND_LANES }, work));
}

/** The baseline: the same words, filled the same way, built and pooled by nodemailer; nothing is recorded. */
async function sendByNodemailer(port: number, wording: OutreachPorts["wording"], playbook: Playbook): Promise<void> {
  const pool = createTransport({ pool: true, maxConnections: CONNECTIONS, maxMessages: Infinity, host: "127.0.0.1", port, secure: false, ignoreTLS: true });
  const notice = { kind: "first", playbook, facts: FACTS, choices: {} } as unknown as NoticeToSay;
  await Promise.all(
    Array.from({ length: BASELINE_MESSAGES }, (_, index) => {
      const order = { orderId: `shop/${index}`, reference: `#${index}`, spokenRef: "ABCD2345", contact: contactOf(index), country: "DE" } as unknown as Parameters<typeof wording.say>[1];
      const { words, values } = wording.say(notice, order, "en");
      return pool.sendMail({ from: FROM, to: contactOf(index).email, subject: fill(words.subject, values, "text"), text: fill(words.text, values, "text"), html: fill(words.html, values, "html") });
    }),
  );
  pool.close();
}

function contactOf(index: number) {
  return { firstName: index % 3 === 0 ? "Jürgen" : "Anna", lastName: "Example", email: `customer${index}@example.com`, locale: "en" };
}

async function playbookInUse(): Promise<Playbook> {
  const loaded = await loadPlaybooks(join(import.meta.dirname, "../playbooks"));
  const playbook = loaded.ok ? loaded.value.find((each) => each.slug === "cancelled-by-store") : undefined;
  if (!playbook) throw new Error("the playbooks do not load");
  return playbook;
}

async function registerStore(db: Db, playbook: Playbook): Promise<void> {
  await db.rows(sql(`insert into stores (store_id, sample, epoch, alive_at, created_at) values ($1, false, 1, ms($2), ms($2))`), [STORE, NOW]);
  await db.rows(sql(`insert into playbook_versions values ($1, $2, $3, $4, ms($5))`), [STORE, playbook.slug, playbook.version, JSON.stringify(snapshot(playbook)), NOW]);
}

/** One cancelled order, incident, case and new notice each, as the stages before would have written them. */
async function seed(db: Db, playbook: Playbook, first: number, count: number): Promise<void> {
  const id = (kind: string) => `md5('${kind}' || n)::uuid`;
  const rows = (columns: string) => sql(`insert into ${columns} from generate_series($2::int, $2::int + $3::int - 1) n`);
  const facts = JSON.stringify(FACTS);
  const common = [STORE, first, count];
  const doc = `jsonb_build_object('details', jsonb_build_object('value', jsonb_build_object('reference', '#' || n, 'placedAt', $4::bigint, 'country', 'DE', 'total', '{"minor":39800,"currency":"EUR"}'::jsonb, 'lines', '[]'::jsonb, 'test', false,
    'contact', jsonb_build_object('firstName', case when n % 3 = 0 then 'Jürgen' else 'Anna' end, 'lastName', 'Example', 'email', 'customer' || n || '@example.com', 'locale', 'en')), 'at', $4::bigint, 'event', 'e', 'source', 'shop'),
    'payments', '{}'::jsonb, 'refunds', '{}'::jsonb, 'parcels', '{}'::jsonb, 'disputes', '{}'::jsonb, 'said', '{}'::jsonb)`;
  await db.rows(rows(`orders (store_id, order_id, reference, spoken_ref, doc, token_hash, page_expires_at, first_seen_at, touched_at) select $1, 'shop/' || n, '#' || n, 'R' || n, ${doc}, md5(n::text), ms($4), ms($4), ms($4)`), [...common, NOW]);
  await db.rows(rows(`incidents (store_id, incident_id, playbook, version, scope, shadow, opened_at) select $1, ${id("incident")}, $5, $6, '{}', false, ms($4)`), [...common, NOW, playbook.slug, playbook.version]);
  await db.rows(rows(`statements (store_id, incident_id, version, choices, released_at, released_by) select $1, ${id("incident")}, 1, '{}', ms($4), 'playbook'`), [...common, NOW]);
  await db.rows(
    rows(`cases (store_id, case_id, incident_id, recipient, order_id, cause, opened_at, facts, facts_revision, tell_by, standing, notice_id)
          select $1, ${id("case")}, ${id("incident")}, 'order/shop/' || n, 'shop/' || n, 'cancelled', ms($4), $5, 1, ms($4) + interval '1 hour', 'due', ${id("notice")}`),
    [...common, NOW, facts],
  );
  await db.rows(
    rows(`notices (store_id, notice_id, incident_id, recipient, case_id, order_id, kind, statement_version, facts_revision, facts, cause_at, written_at, tell_by, state)
          select $1, ${id("notice")}, ${id("incident")}, 'order/shop/' || n, ${id("case")}, 'shop/' || n, 'first', 1, 1, $5, ms($4), ms($4), ms($4) + interval '1 hour', 'new'`),
    [...common, NOW, facts],
  );
  await db.rows(sql(`analyze`));
}

/** A figure counts only if the work was done. */
async function expectAllAccepted(db: Db, expected: number): Promise<void> {
  const [row] = await db.rows<{ accepted: number; told: number }>(
    sql(`select (select count(*)::int from messages where store_id = $1 and channel = 'email' and state = 'accepted') as accepted,
                (select count(*)::int from cases where store_id = $1 and standing = 'handed_over') as told`),
    [STORE],
  );
  if (row?.accepted !== expected || row.told !== expected) throw new Error(`Expected ${expected} accepted mails, got ${JSON.stringify(row)}`);
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((count / (performance.now() - start)) * 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) {
  const figures = await benchOutreach(Number(process.argv[2] ?? MESSAGES));
  console.table(figures);
  console.log(JSON.stringify(figures));
}

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, HOUR, MINUTE, plus } from "../base/time.ts";
import { testDatabase } from "../server/database/testing.ts";
import type { TestDatabase } from "../server/database/testing.ts";
import { acceptEvidence } from "./accept-evidence.ts";
import { applyEvidence } from "./apply-evidence.ts";
import type { EvidenceRead, EvidenceReader, Report } from "./core/evidence.ts";
import { MAIL_KINDS, NO_MAIL } from "./core/mail-counts.ts";
import type { MailCounts, MailKind } from "./core/mail-counts.ts";
import type { Happening } from "./core/progress.ts";
import { deliverability } from "./deliverability.ts";
import { expandNotices } from "./expand-notices.ts";
import type { OutreachPorts } from "./ports.ts";
import { recordOutcomes } from "./record-outcomes.ts";
import { sendReady } from "./send-ready.ts";
import { addMailCounts } from "./store/deliverability.ts";
import { lockMessages } from "./store/messages.ts";
import { registerStore, seedNotices, START, storeId, testClock, testPorts } from "./testing.ts";
import type { TestClock } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";
import type { Script } from "./testing/scripted-provider.ts";

let database: TestDatabase;
let stores = 0;
before(async () => void (database = await testDatabase()));
after(() => database.drop());

interface Scene {
  readonly store: StoreId;
  readonly clock: TestClock;
  readonly ports: OutreachPorts;
  readonly rfcIds: ReadonlyMap<string, string>;
}

/** A notice to each address, given to providers a, b, … that do what they are told. */
async function sent(emails: readonly string[], ...scripts: readonly ((to: string) => Script)[]): Promise<Scene> {
  const store = storeId(`deliver-${++stores}`);
  await registerStore(database.db, store);
  await seedNotices(database.db, store, emails.map((email, index) => ({ name: `n${index}`, email })));
  const clock = testClock();
  const ports = testPorts(database.db, clock, (scripts.length === 0 ? [() => ({ kind: "take" }) as const] : scripts).map((script) => scriptedProvider(({ to }) => script(to))));
  await expandNotices(ports, store);
  await sendReady(ports, store);
  const rows = await database.db.rows<{ address: string; rfcId: string }>(sql(`select address, rfc_id as "rfcId" from messages where store_id = $1 and channel = 'email'`), [store]);
  return { store, clock, ports, rfcIds: new Map(rows.map(({ address, rfcId }) => [address, rfcId])) };
}

const plainReader: EvidenceReader = { read: (body) => JSON.parse(Buffer.from(body).toString("utf8")) as EvidenceRead };

/** One piece of evidence; `piece` tells one from its repetition. */
async function hear({ ports, store, clock, rfcIds }: Scene, piece: string, ...reports: readonly (readonly [address: string, report: Report])[]): Promise<void> {
  const read = { kind: "reports", piece, reports: reports.map(([address, report]) => ({ rfcId: rfcIds.get(address), at: clock.now(), report })) };
  await acceptEvidence(ports, store, "mail", Buffer.from(JSON.stringify(read)));
  await applyEvidence(ports, new Map([["mail", plainReader]]), store);
}

/** What is not nothing, by name. */
function brief(all: readonly (MailCounts & { readonly name: string })[]): Readonly<Record<string, object>> {
  return Object.fromEntries(all.map((each) => [each.name, Object.fromEntries(MAIL_KINDS.filter((kind) => each[kind] > 0).map((kind) => [kind, each[kind]]))]));
}

async function shown({ ports, store, clock }: Scene, days = 7) {
  const { total, providers, domains } = await deliverability(ports.db, store, days, clock.now());
  return { total: brief([total])["all"], providers: brief(providers), domains: brief(domains) };
}

const people = (count: number, domain: string): string[] => Array.from({ length: count }, (_, index) => `p${index}@${domain}`);
const delivered: Report = { kind: "delivered", why: "250" };
const complained: Report = { kind: "complained", why: "abuse" };
const delayed: Report = { kind: "handedOver", why: "4.2.2", delayed: true };

test("a domain is shown by its name when many have their mailboxes there and it answered often enough; a person's own never is", async () => {
  const scene = await sent([...people(20, "gmail.com"), ...people(19, "gmx.de"), ...people(25, "anna-schmidt.example")]);
  assert.deepEqual((await shown(scene)).domains, { "gmail.com": { accepted: 20 }, others: { accepted: 44 } });
  const kept = await database.db.rows(sql(`select distinct domain from deliverability where store_id = $1 order by 1`), [scene.store]);
  assert.deepEqual(kept, [{ domain: "gmail.com" }, { domain: "gmx.de" }, { domain: "others" }]);
});

test("what a provider answers is its own, where another took the mail as well", async () => {
  const first = (to: string): Script => (to.startsWith("p0@") ? { kind: "refuse", code: 550, scope: "message" } : to.startsWith("p1@") ? { kind: "throttle" } : to.startsWith("p2@") ? { kind: "notSent" } : { kind: "take" });
  const scene = await sent(people(4, "gmx.de"), first, () => ({ kind: "take" }));
  assert.deepEqual((await shown(scene)).providers, { a: { accepted: 1, refused: 1, deferred: 1 }, b: { accepted: 3 } });
});

test("each try that is put off is counted, and the mail once when it is taken", async () => {
  let tries = 0;
  const scene = await sent(["p@web.de"], () => (++tries < 3 ? { kind: "refuse", code: 450, scope: "address" } : { kind: "take" }));
  for (const _ of [1, 2]) {
    scene.clock.advance(5 * MINUTE);
    await sendReady(scene.ports, scene.store);
    await sendReady(scene.ports, scene.store);
  }
  assert.deepEqual((await shown(scene)).total, { deferred: 2, accepted: 1 });
});

const ANSWERS: readonly (readonly [Script, Happening, MailKind])[] = [
  [{ kind: "take" }, { kind: "accepted", provider: "a", final: false, why: "250" }, "accepted"],
  [{ kind: "throttle" }, { kind: "postponed", provider: "a", until: START, why: "421" }, "deferred"],
  [{ kind: "refuse", code: 550, scope: "address" }, { kind: "refused", provider: "a", permanent: true, why: "550" }, "refused"],
];

test("a claim that is recorded a second time counts once", async () => {
  for (const [script, happening, kind] of ANSWERS) {
    const scene = await sent(["p@gmail.com"], () => script);
    const [row] = await database.db.rows<{ id: string; claim: string }>(sql(`select message_id as "id", leased_by as "claim" from messages where store_id = $1 and channel = 'email'`), [scene.store]);
    assert.ok(row);
    const [message] = await database.db.transaction((tx) => lockMessages(tx, scene.store, [row.id]));
    assert.ok(message);
    const answers = kind === "accepted" ? [] : [{ message, provider: "a", kind }];
    await recordOutcomes(scene.ports, scene.store, row.claim, { results: [{ message, happening }], observations: [], answers });
    assert.deepEqual((await shown(scene)).total, { [kind]: 1 });
  }
});

test("evidence is counted with what it proves: arrival, a bounce, a complaint, a delay", async () => {
  const scene = await sent(people(4, "gmail.com"));
  await hear(scene, "1", ["p0@gmail.com", delivered], ["p1@gmail.com", { kind: "failed", addressDead: true, why: "5.1.1" }], ["p2@gmail.com", complained], ["p3@gmail.com", delayed], ["p3@gmail.com", { kind: "handedOver", why: "processed" }]);
  assert.deepEqual((await shown(scene)).total, { accepted: 4, delivered: 2, bounced: 1, complained: 1, deferred: 1 });
});

test("the same piece of evidence counts once, and so do two pieces that tell of one thing", async () => {
  const scene = await sent(["p@gmail.com"]);
  for (const piece of ["1", "1", "2"]) await hear(scene, piece, ["p@gmail.com", delivered], ["p@gmail.com", complained]);
  for (const piece of ["3", "3"]) await hear(scene, piece, ["p@gmail.com", delayed]);
  assert.deepEqual((await shown(scene)).total, { accepted: 1, delivered: 1, complained: 1, deferred: 1 });
});

test("a mail whose answer was lost counts as taken once its arrival is proved", async () => {
  const scene = await sent(["p@gmail.com"], () => ({ kind: "lost", taken: true }));
  assert.deepEqual((await shown(scene)).total, {});
  await hear(scene, "1", ["p@gmail.com", delivered]);
  assert.deepEqual(await shown(scene), { total: { accepted: 1, delivered: 1 }, providers: { a: { accepted: 1, delivered: 1 } }, domains: { others: { accepted: 1, delivered: 1 } } });
});

test("the window begins with a day of UTC and ends now", async () => {
  const scene = await sent(["p@gmail.com"]);
  const midnight = plus(START, DAY - (START % DAY));
  for (const [day, seen] of [[2, { accepted: 1 }], [3, {}]] as const) {
    scene.clock.advance(plus(midnight, (day - 1) * DAY + (day === 2 ? DAY - 1 : 0)) - scene.clock.now());
    assert.deepEqual((await shown(scene, 3)).total, seen, `on day ${day}`);
  }
});

/** Counts of a day, as they would have come together. */
async function counted(scene: Scene, daysAgo: number, domain: string, counts: Partial<MailCounts>): Promise<void> {
  await database.db.transaction((tx) => addMailCounts(tx, scene.store, [{ provider: "a", domain, ...NO_MAIL, ...counts }], plus(scene.clock.now(), -daysAgo * DAY)));
}

async function findings(scene: Scene): Promise<readonly string[]> {
  return (await deliverability(scene.ports.db, scene.store, 7, scene.clock.now())).findings.filter((finding) => finding.includes(" mail to "));
}

test("a finding names a domain above a published limit, not one that a single unlucky mail put there", async () => {
  const scene = await sent([]);
  await counted(scene, 0, "gmail.com", { accepted: 1_000, complained: 3 });
  await counted(scene, 0, "gmx.de", { accepted: 200, complained: 1, bounced: 9 });
  await counted(scene, 0, "web.de", { accepted: 90, refused: 10 });
  const found = await findings(scene);
  assert.deepEqual(found.map((finding) => finding.slice(0, finding.indexOf(":"))), ["0.30 % of mail to gmail.com was marked as spam (3 times in 7 days)", "10.0 % of mail to web.de bounced or was refused (10 times in 7 days)"]);
});

test("a finding names a domain that puts mail off far more than it usually does", async () => {
  const scene = await sent([]);
  await counted(scene, 10, "gmx.de", { accepted: 980, deferred: 20 });
  await counted(scene, 10, "web.de", { accepted: 800, deferred: 200 });
  for (const domain of ["gmx.de", "web.de", "gmail.com"]) await counted(scene, 1, domain, { accepted: 60, deferred: 40 });
  const found = await findings(scene);
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /^40\.0 % of mail to gmx\.de was put off with "not now" \(40 times in 7 days\): usually it is 2\.0 %\. /);
});

test("a store that sent nothing has nothing to show and nothing to find", async () => {
  const scene = await sent([]);
  const { isEmpty, providers, domains, findings: found, total, since } = await deliverability(scene.ports.db, scene.store, 1, plus(START, HOUR));
  assert.deepEqual({ isEmpty, providers, domains, found, rates: total.rates, since }, { isEmpty: true, providers: [], domains: [], found: [], rates: { delivered: null, bounced: null, complained: null, deferred: null }, since: "2026-11-22T00:00:00.000Z" });
});

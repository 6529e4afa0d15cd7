import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Db } from "../base/db.ts";
import { sql } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { MINUTE } from "../base/time.ts";
import { testDatabase } from "../server/database/testing.ts";
import type { TestDatabase } from "../server/database/testing.ts";
import { acceptEvidence } from "./accept-evidence.ts";
import { applyEvidence } from "./apply-evidence.ts";
import type { EvidenceReader } from "./core/evidence.ts";
import { EVIDENCE_WINDOW, LEASE } from "./core/limits.ts";
import { expandNotices } from "./expand-notices.ts";
import { expireLeases } from "./expire-leases.ts";
import type { OutreachPorts } from "./ports.ts";
import { sendReady } from "./send-ready.ts";
import { settleUnknown } from "./settle-unknown.ts";
import type { MailProvider } from "./smtp/outcome.ts";
import { registerStore, seedNotices, storeId, testClock, testPorts } from "./testing.ts";
import { scriptedProvider } from "./testing/scripted-provider.ts";

let database: TestDatabase;
before(async () => void (database = await testDatabase()));
after(() => database.drop());

class Killed extends Error {}

/** Dies for good at the `n`th call of a port, before or after it takes effect. */
class Fuse {
  #left: number;
  dead = false;
  constructor(calls: number) {
    this.#left = calls;
  }

  async around<T>(work: () => Promise<T>): Promise<T> {
    this.#burn();
    const result = await work();
    this.#burn();
    return result;
  }

  #burn(): void {
    if (this.dead || --this.#left < 0) {
      this.dead = true;
      throw new Killed("killed");
    }
  }

  db(db: Db): Db {
    return {
      rows: (statement, params) => this.around(() => db.rows(statement, params)),
      transaction: (work) => this.around(() => db.transaction((tx) => work({ rows: (statement, params) => this.around(() => tx.rows(statement, params)) }))),
    };
  }

  provider(provider: MailProvider): MailProvider {
    return {
      close: () => provider.close(),
      // What a killed process would have returned is never seen: its caller dies with it.
      send: (batch) => this.around(() => provider.send(batch)),
    };
  }
}

interface Truth {
  readonly state: string;
  readonly resends: number;
  readonly rfcId: string;
  readonly acceptances: number;
}

async function truth(store: StoreId): Promise<readonly Truth[]> {
  return database.db.rows<Truth>(
    sql(`select m.state, m.resends, m.rfc_id as "rfcId",
                jsonb_array_length(jsonb_path_query_array(m.history, '$[*] ? (@.state == "accepted")')) as acceptances
           from messages m where m.store_id = $1 and m.channel = 'email'`),
    [store],
  );
}

/** Runs one worker until its fuse burns through, and says whether it did. */
async function runUntilKilled(ports: OutreachPorts, store: StoreId, work: (ports: OutreachPorts, store: StoreId) => Promise<unknown>): Promise<boolean> {
  try {
    await work(ports, store);
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  }
}

test("killed at any call of the database or the provider: nothing lost, one acceptance, a second copy only by the counted resend", async () => {
  let killed = true;
  let doubled = 0;
  let points = 0;
  for (let calls = 0; killed; calls++) {
    const store = storeId(`crash-${calls}`);
    await registerStore(database.db, store);
    await seedNotices(database.db, store, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    const mailbox = scriptedProvider();
    const clock = testClock();
    const fuse = new Fuse(calls);
    const doomed = testPorts(fuse.db(database.db), clock, [fuse.provider(mailbox)]);
    killed = await runUntilKilled(doomed, store, async (ports) => {
      await expandNotices(ports, store);
      await sendReady(ports, store);
    });
    // The provider's word is caught by design; a killed process does not go on, so neither may its messages.
    killed = killed || fuse.dead;
    points++;
    const heir = testPorts(database.db, clock, [mailbox], { random: { bytes: (count) => new Uint8Array(count).fill(7) } });
    for (let round = 0; round < 2; round++) {
      await expandNotices(heir, store);
      await sendReady(heir, store);
      clock.advance(LEASE);
      await expireLeases(heir, store);
      clock.advance(EVIDENCE_WINDOW);
      await settleUnknown(heir, store);
    }
    for (const message of await truth(store)) {
      const copies = mailbox.mailbox.filter((mail) => mail.messageId === message.rfcId).length;
      const where = `at call ${calls}: ${JSON.stringify({ ...message, copies })}`;
      assert.equal(message.state, "accepted", where);
      assert.equal(message.acceptances, 1, where);
      assert.ok(copies === 1 || (copies === 2 && message.resends === 1), where);
      if (copies === 2) doubled++;
    }
    assert.equal((await truth(store)).length, 3, "nothing lost");
    assert.equal(mailbox.mailbox.length >= 3, true);
  }
  assert.ok(points > 30, `only ${points} points`);
  assert.ok(doubled > 0, "some kill fell between the provider's yes and our record of it");
});

test("killed at any call while evidence is applied: it is applied once in the end", async () => {
  let killed = true;
  for (let calls = 0; killed; calls++) {
    const store = storeId(`crash-evidence-${calls}`);
    await registerStore(database.db, store);
    await seedNotices(database.db, store, [{ name: "a" }]);
    const clock = testClock();
    const provider = scriptedProvider();
    const ports = testPorts(database.db, clock, [provider]);
    await expandNotices(ports, store);
    await sendReady(ports, store);
    const rfcId = provider.mailbox[0]?.messageId ?? "";
    const reader: EvidenceReader = { read: (_body, at) => ({ kind: "reports", reports: [{ rfcId, at, report: { kind: "failed", addressDead: true, why: "550" } }] }) };
    const readers = new Map([["mail", reader]]);
    const fuse = new Fuse(calls);
    killed = await runUntilKilled({ ...ports, db: fuse.db(database.db) }, store, async (doomed) => {
      await acceptEvidence(doomed, store, "mail", Buffer.from("bounce"));
      await applyEvidence(doomed, readers, store);
    });
    // A sender that got no answer sends again.
    await acceptEvidence(ports, store, "mail", Buffer.from("bounce"));
    clock.advance(MINUTE);
    await applyEvidence(ports, readers, store);
    await expandNotices(ports, store);
    const [message] = await truth(store);
    const kept = await database.db.rows<{ state: string }>(sql(`select state from evidence_inbox where store_id = $1`), [store]);
    const cases = await database.db.rows(sql(`select standing, standing_why as why from cases where store_id = $1`), [store]);
    assert.deepEqual([message?.state, kept, cases], ["bounced", [{ state: "applied" }], [{ standing: "unreachable", why: "bounced" }]], `at call ${calls}`);
  }
});

import { newToken, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { MINUTE, plus, type Instant } from "../base/time.ts";
import { nextCallAt, personAt } from "./core/escalation.ts";
import type { CallOutcome, PageMail, Person, Roster } from "./core/model.ts";
import { pageMail } from "./core/page-mail.ts";
import { PAGES_PER_MAIL, partHash } from "./core/token.ts";
import { claimCalls, insertCalls, settleCalls, type Call, type DuePage } from "./store.ts";

/** Pages called in one go. A thousand open at once go out in a few mails, not in a thousand. */
const CALL_BATCH = 500;

/** A mail that did not leave is tried again this soon, not after the whole wait. */
const AFTER_FAILED_CALL = MINUTE;

export interface CallReport {
  /** Pages somebody was called for. */
  readonly called: number;
  readonly mails: number;
  readonly failed: number;
}

interface PlannedMail {
  readonly mail: PageMail;
  readonly calls: readonly Call[];
}

/**
 * Calls the next person of every open page that nobody acknowledged in time.
 * The call is written and committed before its mail is sent: a crash in between costs one repeat, never the page.
 */
export async function callPeople(ports: Ports, store: StoreId, roster: Roster, send: (mail: PageMail) => Promise<CallOutcome>): Promise<CallReport> {
  const now = ports.clock.now();
  const planned = await ports.db.transaction(async (tx) => {
    const due = await claimCalls(tx, store, now, CALL_BATCH);
    const mails = plan(roster, due, now, () => newToken(ports.random));
    if (due.length > 0) await insertCalls(tx, store, mails.flatMap((mail) => mail.calls), now);
    return mails;
  });
  let failed = 0;
  for (const { mail, calls } of planned) {
    const outcome = await outcomeOf(send, mail);
    if (!outcome.accepted) failed += 1;
    await settle(ports, store, calls, outcome);
  }
  return { called: planned.reduce((sum, each) => sum + each.calls.length, 0), mails: planned.length, failed };
}

function plan(roster: Roster, due: readonly DuePage[], now: Instant, token: () => string): PlannedMail[] {
  const byPerson = Map.groupBy(due, (page) => personAt(roster.order, page.step));
  return [...byPerson].flatMap(([person, pages]) => chunks(pages, PAGES_PER_MAIL).map((some) => planMail(roster, person, some, now, token())));
}

function planMail(roster: Roster, person: Person, pages: readonly DuePage[], now: Instant, token: string): PlannedMail {
  const calls = pages.map((page, part) => ({
    pageId: page.pageId,
    step: page.step,
    person: person.name,
    tokenHash: partHash(token, part),
    nextAt: nextCallAt(roster, now),
  }));
  const lines = pages.map((page) => ({ about: page.about, why: page.why, openedAt: page.openedAt, call: page.step + 1 }));
  return { mail: pageMail(roster, person, lines, token), calls };
}

async function outcomeOf(send: (mail: PageMail) => Promise<CallOutcome>, mail: PageMail): Promise<CallOutcome> {
  try {
    return await send(mail);
  } catch (error) {
    return { accepted: false, said: error instanceof Error ? error.message : String(error) };
  }
}

async function settle(ports: Ports, store: StoreId, calls: readonly Call[], outcome: CallOutcome): Promise<void> {
  const nextAt = outcome.accepted ? null : plus(ports.clock.now(), AFTER_FAILED_CALL);
  const settled = calls.map(({ pageId, step }) => ({ pageId, step, outcome: outcome.said, nextAt }));
  await ports.db.transaction((tx) => settleCalls(tx, store, settled));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts = Math.ceil(items.length / size);
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}

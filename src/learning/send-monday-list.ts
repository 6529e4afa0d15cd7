import { uuidOf, type StoreId } from "../base/ids.ts";
import type { Ports } from "../base/ports.ts";
import { earliest, iso, type Instant } from "../base/time.ts";
import { closePage, openPage, type Person } from "../people/index.ts";
import type { MondayPlan } from "./core/monday-list.ts";
import { afterTry, claimed, hasFailed, isDue, written, type ListOutcome } from "./core/sending.ts";
import { weekAt, type ListWeek } from "./core/week.ts";
import { insertList, listOf, lockList, lockListIfFree, noteAnswer, saveProgress, storeSince, type StoredList } from "./store.ts";
import { writeListOfWeek } from "./write-monday-list.ts";

/** The mail of a list, for whoever carries it. */
export interface MondayMail {
  readonly to: Person;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Without brackets; the same for every try. */
  readonly rfcId: string;
}

export interface MondayReport {
  /** Whether a mail was given to a provider. */
  readonly tried: boolean;
  readonly nextAt: Instant;
}

/** One page whatever the week: the next list that arrives ends it. */
const ABOUT = "monday-list";

/**
 * Sends the Monday list of the week that it is, once. The list and its row stand before it is sent, and its claim is
 * committed: a crash between sending and recording leads to one resend with the same Message-ID, which is counted.
 * Whoever was down when it was due sends it later in its week. A week that nobody was up in has no list.
 */
export async function sendMondayList(ports: Ports, store: StoreId, plan: MondayPlan, send: (mail: MondayMail) => Promise<ListOutcome>): Promise<MondayReport> {
  const now = ports.clock.now();
  const week = weekAt(now, plan.at, plan.zone);
  const list = await claimList(ports, store, plan, week, now);
  if (list === undefined) return { tried: false, nextAt: nextLook(await listOf(ports.db, store, week.name), week) };
  const { subject, text, html, rfcId } = list;
  const outcome = await outcomeOf(send, { to: plan.to, subject, text, html, rfcId });
  await settle(ports, store, plan, list, outcome);
  return { tried: true, nextAt: week.nextAt };
}

function nextLook(list: StoredList | undefined, week: ListWeek): Instant {
  return list === undefined || list.nextAt === null ? week.nextAt : earliest(list.nextAt, week.nextAt);
}

/** Takes the week's list for sending, and writes it first where nobody has; undefined when it is not to be sent now. */
async function claimList(ports: Ports, store: StoreId, plan: MondayPlan, week: ListWeek, now: Instant): Promise<StoredList | undefined> {
  const known = await listOf(ports.db, store, week.name);
  if (known === undefined && !(await writeList(ports, store, plan, week, now))) return undefined;
  if (known !== undefined && !isDue(known, now)) return undefined;
  return ports.db.transaction(async (tx) => {
    const list = await lockListIfFree(tx, store, week.name);
    const to = list && claimed(list, now);
    if (list === undefined || to === undefined) return undefined;
    await saveProgress(tx, store, week.name, to);
    if (to.state === "sending") return { ...list, ...to };
    await openPage(tx, store, ABOUT, whyFailed(store, plan, { ...list, ...to }, "two senders died before it was known"), now);
    return undefined;
  });
}

/** False where the store did not exist yet when the list was due: its first is the next one. */
async function writeList(ports: Ports, store: StoreId, plan: MondayPlan, week: ListWeek, now: Instant): Promise<boolean> {
  const { registeredAt, gapUntil } = await storeSince(ports.db, store);
  if (week.dueAt < registeredAt) return false;
  const list = await writeListOfWeek(ports.db, store, plan, week, now);
  // A mail from before a backup was taken is the same one: its id is made of the week.
  const rfcId = `monday-${uuidOf(store, "monday-list", week.name)}@${plan.mailDomain}`;
  const mayHaveLeft = gapUntil !== null && gapUntil > week.dueAt;
  await insertList(ports.db, store, { ...list, ...written(now, mayHaveLeft), week: week.name, rfcId, writtenAt: now });
  return true;
}

async function outcomeOf(send: (mail: MondayMail) => Promise<ListOutcome>, mail: MondayMail): Promise<ListOutcome> {
  try {
    return await send(mail);
  } catch (error) {
    // Whether it left before that, nobody can say.
    return { kind: "unknown", said: error instanceof Error ? error.message : String(error) };
  }
}

async function settle(ports: Ports, store: StoreId, plan: MondayPlan, { week, attempts }: StoredList, outcome: ListOutcome): Promise<void> {
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    const list = await lockList(tx, store, week);
    const to = afterTry(list, attempts, outcome, now);
    if (to === undefined) return;
    await saveProgress(tx, store, week, to);
    await noteAnswer(tx, store, week, plan.to.name, outcome.said, now);
    if (to.state === "accepted") await closePage(tx, store, ABOUT, now);
    else if (hasFailed(to)) await openPage(tx, store, ABOUT, whyFailed(store, plan, { ...list, ...to }, outcome.said), now);
  });
}

function whyFailed(store: StoreId, { to }: MondayPlan, list: StoredList, said: string): string {
  const what = list.state === "unknown" ? `may or may not have reached ${to.name}: it was sent ${list.resends === 0 ? "once" : "twice"} and no answer came` : `does not reach ${to.name}: ${list.refusals} tries were refused`;
  const next = list.nextAt === null ? "It is not sent again." : `It is tried again at ${iso(list.nextAt)}.`;
  return `The Monday list ${list.week} ${what}.\nThe last word was: ${said}. ${next}\nRead it with: makegood monday --week ${list.week} --store ${store} --config makegood.yaml`;
}

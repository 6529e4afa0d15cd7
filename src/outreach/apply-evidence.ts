import { blameless } from "../base/blameless.ts";
import type { Tx } from "../base/db.ts";
import type { StoreId } from "../base/ids.ts";
import { DAY, plus } from "../base/time.ts";
import type { Instant } from "../base/time.ts";
import { holdOrders } from "../commerce/index.ts";
import { openTasks } from "../people/index.ts";
import { MAIL } from "./channel.ts";
import { countMail } from "./count-mail.ts";
import { addressHash } from "./core/addresses.ts";
import { consequenceOf, speaksOfAddress } from "./core/evidence.ts";
import type { EvidenceRead, EvidenceReader, ReportedMessage } from "./core/evidence.ts";
import { BOUNCE_WITHIN, EVIDENCE_RETRY, MAX_EVIDENCE_ATTEMPTS, SETTLE_BATCH, UNMADE_RETRY, UNMADE_WAITS } from "./core/limits.ts";
import { happenedBy } from "./core/mail-counts.ts";
import type { Happened } from "./core/mail-counts.ts";
import type { Message } from "./core/model.ts";
import { advance } from "./core/progress.ts";
import type { Happening } from "./core/progress.ts";
import { reportable } from "./core/text.ts";
import type { OutreachPorts } from "./ports.ts";
import { standingAfter } from "./record-outcomes.ts";
import { lockEvidence, lockNewEvidence, settleEvidence } from "./store/evidence.ts";
import type { EvidenceRow, SettledEvidence } from "./store/evidence.ts";
import { insertSuppressions } from "./store/gates.ts";
import type { Suppression } from "./store/gates.ts";
import { findReported, isOwnId, lockMessages, moveMessages } from "./store/messages.ts";
import type { Moved, Reported } from "./store/messages.ts";
import { reopenNotices } from "./store/notices.ts";

export interface EvidenceReport {
  readonly read: number;
  readonly applied: number;
  readonly ignored: number;
  readonly quarantined: number;
  /** Comes back later: its message is being sent, or it could not be read this time. */
  readonly postponed: number;
}

/** A customer's word, or a complaint, is answered within this time. */
const ANSWER_WITHIN = DAY;
const OWNER = "support";

/**
 * Reads kept evidence and lets it speak: deliveries prove, bounces reopen and end mail to a dead address,
 * replies and complaints go to a person. What cannot be read is postponed, then quarantined with its reason; nothing is skipped in silence.
 * If a batch fails, each piece is tried in a transaction of its own: anybody may write to the mailbox, and what one mail
 * holds must not keep the others from being heard. A failure of the database itself is no mail's fault and is thrown.
 */
export async function applyEvidence(ports: OutreachPorts, readers: ReadonlyMap<string, EvidenceReader>, store: StoreId): Promise<EvidenceReport> {
  const now = ports.clock.now();
  let locked: readonly EvidenceRow[] = [];
  try {
    const settled = await ports.db.transaction(async (tx) => {
      locked = await lockNewEvidence(tx, store, now, SETTLE_BATCH);
      return applyRows(ports, tx, readers, store, locked, now);
    });
    return report(ports, store, settled);
  } catch (error) {
    if (locked.length === 0 || blameless(error)) throw error;
    const settled: SettledEvidence[] = [];
    for (const { id } of locked) settled.push(...(await applyAlone(ports, readers, store, id, now)));
    return report(ports, store, settled);
  }
}

async function applyRows(ports: OutreachPorts, tx: Tx, readers: ReadonlyMap<string, EvidenceReader>, store: StoreId, rows: readonly EvidenceRow[], now: Instant): Promise<readonly SettledEvidence[]> {
  if (rows.length === 0) return [];
  const reads: Read[] = [];
  for (const row of rows) reads.push({ row, channel: readers.get(row.source)?.channel ?? MAIL, ...(await readOne(readers.get(row.source), row)) });
  const reports = reads.flatMap(({ channel, read }) => (read?.kind === "reports" ? read.reports.map((one) => ({ ...one, hash: hashOf(channel, one) })) : []));
  const reported = await findReported(tx, store, reports.flatMap((each) => each.rfcId ?? []), reports.flatMap((each) => each.hash ?? []), plus(now, -BOUNCE_WITHIN));
  await holdOrders(tx, store, [...new Set(reported.map((each) => each.orderId))]);
  const messages = await lockMessages(tx, store, reported.map((each) => each.id));
  const story = tell(reads, reported, messages, now);
  for (const moved of story.rounds) await moveMessages(tx, store, moved, now);
  const suppressed = await insertSuppressions(tx, store, story.suppressions, now);
  const ended = [...story.changed].map((id) => ({ was: story.before.get(id), is: story.after.get(id) }));
  await reopenNotices(tx, store, ended.flatMap(({ is }) => (is?.state === "bounced" ? is.noticeId : [])));
  await ports.recordStandings(tx, store, ended.flatMap(({ was, is }) => (was && is ? (standingAfter(was, is, now) ?? []) : [])), now);
  await openTasks(tx, store, story.tasks.map((task) => ({ ...task, owner: OWNER, dueAt: plus(now, ANSWER_WITHIN) })));
  const settled = reads.map((each) => settle(each, story, ports.settings.mailDomain, now));
  await settleEvidence(tx, store, settled);
  await countMail(tx, store, happenedIn(story, suppressed), now);
  return settled;
}

/** One piece by itself; where it fails again, that is written in a transaction of its own: the failed one is gone with all it did. */
async function applyAlone(ports: OutreachPorts, readers: ReadonlyMap<string, EvidenceReader>, store: StoreId, id: string, now: Instant): Promise<readonly SettledEvidence[]> {
  try {
    // Another worker may have taken it since the batch failed.
    return await ports.db.transaction(async (tx) => applyRows(ports, tx, readers, store, await lockEvidence(tx, store, id), now));
  } catch (error) {
    if (blameless(error)) throw error;
    return ports.db.transaction(async (tx) => {
      const rows = await lockEvidence(tx, store, id);
      const settled = rows.map((row) => postponed(row, failure(error), now));
      await settleEvidence(tx, store, settled);
      return settled;
    });
  }
}

function report(ports: OutreachPorts, store: StoreId, settled: readonly SettledEvidence[]): EvidenceReport {
  for (const each of settled) if (each.state === "quarantined") ports.log.warn({ store, evidence: each.id, why: each.reason }, "Evidence is in quarantine");
  const count = (state: SettledEvidence["state"]) => settled.filter((each) => each.state === state).length;
  return { read: settled.length, applied: count("applied"), ignored: count("ignored"), quarantined: count("quarantined"), postponed: count("new") };
}

interface Read {
  readonly row: EvidenceRow;
  /** Whose addresses its reports name. */
  readonly channel: string;
  readonly read?: EvidenceRead;
  readonly failed?: string;
}

async function readOne(reader: EvidenceReader | undefined, row: EvidenceRow): Promise<Omit<Read, "row" | "channel">> {
  if (!reader || !row.body) return { failed: reader ? "its body is gone: report it with its id" : `no reader is configured for ${row.source}: configure it again and requeue it` };
  try {
    return { read: await reader.read(row.body, row.receivedAt) };
  } catch (error) {
    return { failed: failure(error) };
  }
}

function failure(error: unknown): string {
  return `${reportable(error instanceof Error ? error.message : String(error))}: it is kept; report it with its id, and requeue it when the cause is gone`;
}

/** Tried again a little later, and quarantined after the last try. */
function postponed({ id, attempts }: EvidenceRow, reason: string, now: Instant): SettledEvidence {
  const tries = attempts + 1;
  return tries >= MAX_EVIDENCE_ATTEMPTS ? { id, state: "quarantined", reason, attempts, retryAt: now } : { id, state: "new", reason, attempts: tries, retryAt: plus(now, EVIDENCE_RETRY) };
}

/** What all reports together do to the messages. */
interface Story {
  readonly before: ReadonlyMap<string, Message>;
  readonly after: Map<string, Message>;
  readonly changed: Set<string>;
  /** Each message's first change, then each one's second, and so on: every change gets its step. */
  readonly rounds: Moved[][];
  readonly suppressions: Suppression[];
  readonly tasks: { about: string; what: string }[];
  /** Each time that a server put a message off, and the evidence that says so. */
  readonly delays: { evidenceId: string; message: Message }[];
  /** The last message of each address that complained, by the address's hash. */
  readonly complaints: Map<string, Message>;
  /** Evidence that met a message of ours. */
  readonly met: Set<string>;
  /** Evidence that waits for a send's own outcome. */
  readonly waiting: Set<string>;
}

function tell(reads: readonly Read[], reported: readonly Reported[], messages: readonly Message[], now: Instant): Story {
  const before: ReadonlyMap<string, Message> = new Map(messages.map((message) => [message.id, message]));
  const story: Story = { before, after: new Map(before), changed: new Set(), rounds: [], suppressions: [], tasks: [], delays: [], complaints: new Map(), met: new Set(), waiting: new Set() };
  const all = reads.flatMap(({ row, channel, read }) => (read?.kind === "reports" ? read.reports.map((report) => ({ row, channel, report })) : []));
  for (const { row, channel, report } of all.sort((one, other) => one.report.at - other.report.at)) {
    const id = messageOf(report, hashOf(channel, report), reported);
    const named = story.after.get(id ?? "");
    if (named) tellOne(story, row.id, named, report, reported, now);
  }
  return story;
}

/** What was sent to the address of a message since, and nobody has proved to have arrived. */
function sentSince({ id, addressHash: hash }: Message, reported: readonly Reported[]): readonly string[] {
  const since = reported.find((each) => each.id === id)?.stateAt ?? Infinity;
  return reported.filter((each) => each.id !== id && each.addressHash === hash && each.sent && each.stateAt >= since).map((each) => each.id);
}

function tellOne(story: Story, evidenceId: string, named: Message, said: ReportedMessage, reported: readonly Reported[], now: Instant): void {
  const message = standInOf(named, story) ?? named;
  story.met.add(evidenceId);
  if (message.state === "leased") {
    story.waiting.add(evidenceId);
    return;
  }
  const { happening, suppress, task, fault, delayed } = consequenceOf(said.report);
  // A dead address has had none of the copies that it was sent.
  move(story, message, said.copyId === undefined || suppress === "bounce" ? happening : { ...happening, copyId: said.copyId }, now);
  // An address that is dead has not had what was sent to it since either, whose own reports may be lost or days away.
  if (suppress === "bounce") {
    const others = sentSince(named, reported).flatMap((id) => story.after.get(id) ?? []).filter(({ state }) => state === "accepted" || state === "unknown");
    for (const other of others) move(story, other, { kind: "bounced", why: `its address is dead: ${said.report.why}` }, now);
  }
  if (delayed) story.delays.push({ evidenceId, message });
  if (suppress === "complaint") story.complaints.set(message.addressHash, message);
  if (suppress && message.address !== null) {
    story.suppressions.push({ channel: message.channel, addressHash: message.addressHash, reason: suppress, evidence: evidenceId });
  }
  if (task !== undefined) story.tasks.push({ about: `message/${message.id}`, what: task });
  if (fault !== undefined) story.tasks.push({ about: `channel/${message.channel}`, what: fault });
}

function move(story: Story, message: Message, happening: Happening, now: Instant): void {
  const to = advance(message, happening, now);
  if (!to) return;
  const round = story.rounds.findIndex((moved) => !moved.some((each) => each.message.id === message.id));
  const moved = story.rounds[round < 0 ? story.rounds.push([]) - 1 : round];
  moved?.push({ message, to });
  story.after.set(message.id, { ...message, ...to });
  story.changed.add(message.id);
}

/**
 * What a batch counts as. Evidence that waits is read again, and its delays count then. An address complains once,
 * when that ends mail to it: some hear of one complaint from the mailbox and from the provider.
 */
function happenedIn({ rounds, delays, waiting, complaints }: Story, suppressed: readonly Omit<Suppression, "evidence">[]): readonly Happened[] {
  const complained = suppressed.flatMap(({ reason, addressHash: hash }) => (reason === "complaint" ? (complaints.get(hash) ?? []) : []));
  return [
    ...rounds.flat().flatMap(({ message, to }) => happenedBy(message, to)),
    ...delays.filter(({ evidenceId }) => !waiting.has(evidenceId)).map(({ message }): Happened => ({ message, provider: message.provider, kind: "deferred" })),
    ...complained.map((message): Happened => ({ message, provider: message.provider, kind: "complained" })),
  ];
}

/**
 * A mail of the hours that a restored backup lost may have been taken back since, and a person has marked the word that
 * replaced it as sent by it: what becomes of the mail becomes of that word.
 */
function standInOf({ state, caseId, addressHash: hash }: Message, { after }: Story): Message | undefined {
  if (state !== "withdrawn") return undefined;
  return [...after.values()].find((other) => other.caseId === caseId && other.addressHash === hash && other.attempts === 0 && (other.state === "accepted" || other.state === "delivered"));
}

/** The message that a report speaks of: the one it names, else the latest to its address. */
function messageOf(reported: ReportedMessage, hash: string | undefined, candidates: readonly Reported[]): string | undefined {
  const named = reported.rfcId === undefined ? undefined : candidates.find((each) => each.rfcId === reported.rfcId);
  if (named) return named.id;
  const toAddress = candidates.filter((each) => each.addressHash === hash && each.sent);
  return toAddress.sort((one, other) => other.stateAt - one.stateAt || (one.id < other.id ? -1 : 1))[0]?.id;
}

function hashOf(channel: string, reported: ReportedMessage): string | undefined {
  return speaksOfAddress(reported) && reported.address !== undefined ? addressHash(channel, reported.address) : undefined;
}

function settle({ row, read, failed }: Read, { met, waiting }: Story, mailDomain: string, now: Instant): SettledEvidence {
  const settled = (state: SettledEvidence["state"], reason: string | null): SettledEvidence => ({ id: row.id, state, reason, attempts: row.attempts, retryAt: now });
  const later = (reason: string): SettledEvidence => postponed(row, reason, now);
  if (!read) return later(failed ?? "it could not be read: report it with its id");
  if (read.kind === "unreadable") return settled("quarantined", read.why);
  if (read.kind === "ignored") return settled("ignored", read.why);
  if (waiting.has(row.id)) return later("its message is being sent: requeue it when that has come to an end");
  if (met.has(row.id)) return settled("applied", null);
  const namesOurs = read.reports.some(({ rfcId }) => rfcId !== undefined && isOwnId(rfcId, mailDomain));
  const mayComeYet = namesOurs && now < plus(row.receivedAt, UNMADE_WAITS);
  return mayComeYet ? { ...settled("new", "its message is not in the ledger yet"), retryAt: plus(now, UNMADE_RETRY) } : settled("ignored", "it speaks of no message of ours");
}

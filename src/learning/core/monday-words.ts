import { inZone, type Instant } from "../../base/time.ts";
import type { UnreachableCase, UnreachablePart } from "../../incidents/index.ts";
import type { PromiseKind } from "../../playbooks/index.ts";
import type { OwedPart, StorePromise } from "../../promises/index.ts";
import type { Block, Inline } from "../../words/index.ts";
import type { MondayList, MondayPlan } from "./monday-list.ts";

/** A list in words. It goes through an owner's inbox: of customers it names the order's reference and the case id, nothing else. */
export interface MondayWords {
  readonly subject: string;
  /** What a mail client shows beside the subject. */
  readonly preheader: string;
  readonly blocks: readonly Block[];
}

/** What was promised, as a person says it. */
const PROMISED: Readonly<Record<PromiseKind, string>> = {
  ship_by: "shipping",
  next_scan_by: "a parcel's next scan",
  deliver_by: "delivery",
  refund_by: "a refund",
  reply_by: "a reply",
  first_notice_by: "the first word",
  next_update_by: "an update",
  call_back_by: "a call back",
  acknowledge_by: "an acknowledgement",
  review_by: "a review",
  report_by: "a report to an authority",
};

const UNREACHED = {
  no_address: "no address is known",
  suppressed: "the address may not be written to any more",
  bounced: "the mail came back",
  refused: "the mail server refused it",
} as const;

/** The Monday list as its reader sees it, in the store's zone. */
export function mondayWords(list: MondayList, plan: MondayPlan): MondayWords {
  const say: Voice = { list, plan, when: (at) => spoken(at, plan) };
  const { owed, unreachable, line } = list;
  const summary = summaryOf(owed.fresh.count + owed.older.count, unreachable.fresh.count + unreachable.older.count, line.balanced);
  const week = list.week === undefined ? "" : ` ${list.week}`;
  return {
    subject: `[${plan.branding.storeName}] Monday list${week}: ${summary}`,
    preheader: list.lineInWords[1] ?? "",
    blocks: [
      paragraph(`${plan.to.name}, this is the Monday list of ${plan.branding.storeName}${week === "" ? "" : ` for week${week}`}. New is what came up since ${say.when(list.since)}; the rest has waited longer.`),
      ...(isEmpty(list) ? [paragraph(EMPTY)] : [...owedBlocks(say), ...unreachableBlocks(say), ...silenceBlocks(say), ...shadowBlocks(say)]),
      heading("The line"),
      bullets(list.lineInWords),
    ],
  };
}

/** Said and sent all the same: silence could mean that the sender died. */
const EMPTY = "Nothing is owed. Everybody can be reached, nobody waited for a word, and nothing came up in shadow mode.";

function isEmpty({ owed, unreachable, silence, shadow }: MondayList): boolean {
  const waiting = [owed.fresh, owed.older, unreachable.fresh, unreachable.older].reduce((sum, part) => sum + part.count, 0);
  return waiting === 0 && silence === undefined && shadow.length === 0;
}

interface Voice {
  readonly list: MondayList;
  readonly plan: MondayPlan;
  when(at: Instant): string;
}

function summaryOf(owed: number, unreachable: number, balanced: boolean): string {
  const parts = [owed === 0 ? "nothing is owed" : `${counted(owed, "promise", "promises")} owed`, ...(unreachable === 0 ? [] : [`${counted(unreachable, "customer", "customers")} unreachable`])];
  return [...(balanced ? [] : ["NOT BALANCED"]), ...parts].join(", ");
}

function owedBlocks(say: Voice): Block[] {
  const { owed, line } = say.list;
  const head = heading("Promises broken and still owed");
  if (owed.fresh.count + owed.older.count === 0) return [head, paragraph("Nothing is owed.")];
  const { broken, madeGood, waived, owed: still } = line.promises;
  const part = (title: string, { count, first }: OwedPart): Block[] =>
    count === 0 ? [] : [paragraph(`${title} (${count}):`), bullets([...first.map((each) => owedLine(each, say)), ...rest(count - first.length)])];
  return [
    head,
    paragraph(`${broken} broken = ${madeGood} made good + ${waived} waived + ${still} owed. The longest overdue first.`),
    ...part("New", owed.fresh),
    ...part("Waiting for longer than a week", owed.older),
    paragraph(`All of them, with their ids: ${command("reconcile --list owed", say)}`),
  ];
}

function owedLine(promise: StorePromise, say: Voice): string {
  const { kind, dueAt, owner, orderId, caseId } = promise;
  return `${subjectOf(orderId, caseId, say)}: ${PROMISED[kind]}, due ${say.when(dueAt)}. Owner: ${owner} (${peopleWith(owner, say)}).`;
}

function peopleWith(role: string, { plan }: Voice): string {
  const names = plan.staff.filter((person) => person.roles.includes(role)).map((person) => person.name);
  return names.length === 0 ? "nobody on the staff list has this role" : names.join(", ");
}

function unreachableBlocks(say: Voice): Block[] {
  const { fresh, older } = say.list.unreachable;
  const head = heading("Customers whom no word reaches");
  if (fresh.count + older.count === 0) return [head, paragraph("Everybody can be reached.")];
  const part = (title: string, { count, reasons, first }: UnreachablePart): Block[] => {
    if (count === 0) return [];
    const why = Object.entries(reasons).map(([reason, cases]) => `${UNREACHED[reason as UnreachableCase["why"]]}: ${cases}`);
    return [paragraph(`${title} (${count}; ${why.join(", ")}):`), bullets([...first.map((each) => unreachableLine(each, say)), ...rest(count - first.length)])];
  };
  return [
    head,
    ...part("New", fresh),
    ...part("Waiting for longer than a week", older),
    paragraph(`Whom somebody has told another way is owed the word no more: ${command('waive <promise id> --why "told on the phone"', say)}`),
  ];
}

function unreachableLine({ orderId, caseId, why, openedAt }: UnreachableCase, say: Voice): string {
  return `${subjectOf(orderId, caseId, say)}: ${UNREACHED[why]}. Since ${say.when(openedAt)}.`;
}

function silenceBlocks(say: Voice): Block[] {
  const { silence } = say.list;
  const head = heading("The longest silence");
  if (silence === undefined) return [head, paragraph("Nobody waited for a word.")];
  const { orderId, caseId, minutes, from, until, lasts } = silence;
  return [head, paragraph(`${counted(minutes, "minute", "minutes")} (${lengthOf(minutes)}): ${subjectOf(orderId, caseId, say)} heard nothing from ${say.when(from)} ${lasts ? "until now, and hears nothing still" : `until ${say.when(until)}`}.`)];
}

function shadowBlocks(say: Voice): Block[] {
  const { shadow } = say.list;
  const head = heading("What we would have said");
  if (shadow.length === 0) return [head, paragraph("Nothing came up in shadow mode.")];
  const lines = shadow.map(({ title, playbook, cases, latest }) => {
    const named = latest.map(({ orderId, caseId }) => subjectOf(orderId, caseId, say)).join("; ");
    return `${title} (${playbook}): ${counted(cases, "case", "cases")}, the latest ${named}.`;
  });
  return [head, bullets(lines), paragraph(`Word for word: ${command("said <case id>", say)}`)];
}

/** The order as its customer calls it, and the case. */
function subjectOf(orderId: string | undefined, caseId: string | undefined, { list }: Voice): string {
  const reference = orderId === undefined ? undefined : list.references.get(orderId);
  const order = reference ?? "an order without a reference";
  return caseId === undefined ? order : `${order} (case ${caseId})`;
}

function rest(more: number): string[] {
  return more === 0 ? [] : [`… and ${more} more`];
}

function command(words: string, { list }: Voice): string {
  return `makegood ${words} --store ${list.store} --config makegood.yaml`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `2 d 3 h`, `3 h 12 min`, `12 min`: the two largest units. */
function lengthOf(minutes: number): string {
  const units = [[Math.floor(minutes / 1_440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]] as const;
  const from = units.findIndex(([count]) => count > 0);
  return units.slice(from < 0 ? 2 : from).slice(0, 2).filter(([count], index) => count > 0 || index === 0).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Mon 16 Nov 2026 08:00` on the store's clock. Written out here, because what `Intl` writes changes with its data. */
function spoken(at: Instant, { zone }: MondayPlan): string {
  const wall = inZone(at, zone);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${DAYS[wall.dayOfWeek - 1]} ${wall.day} ${MONTHS[wall.month - 1]} ${wall.year} ${two(wall.hour)}:${two(wall.minute)}`;
}

function heading(text: string): Block {
  return { kind: "paragraph", inline: [{ kind: "strong", inline: words(text) }] };
}

function paragraph(text: string): Block {
  return { kind: "paragraph", inline: words(text) };
}

function bullets(lines: readonly string[]): Block {
  return { kind: "list", ordered: false, items: lines.map(words) };
}

function words(text: string): Inline[] {
  return [{ kind: "text", text }];
}

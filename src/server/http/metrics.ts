import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { reconcile } from "../../incidents/index.ts";
import { inboxBacklog } from "../../intake/index.ts";
import { deliverability, DELIVERABILITY_DAYS, MAIL_KINDS, messageBacklog, type RatedMail } from "../../outreach/index.ts";
import { postponedPromises } from "../../promises/index.ts";
import type { Opened } from "../runtime/open.ts";

const processes = new Registry();
collectDefaultMetrics({ register: processes, prefix: "makegood_" });

/** Prometheus metrics of this process and of every store's ledger, read when asked: any process can answer for all. */
export async function metricsText(opened: Opened): Promise<{ type: string; text: string }> {
  const ledger = new Registry();
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name: `makegood_${name}`, help, labelNames, registers: [ledger] });
  const cases = gauge("cases", "Cases by where they stand in the reconciliation line.", ["store", "standing"]);
  const overdue = gauge("cases_overdue", "Cases past their deadline with nothing handed over.", ["store"]);
  const balanced = gauge("balanced", "1 while affected = told + presumed told + unreachable + excused + due and nothing makes it untrue.", ["store"]);
  const promises = gauge("broken_promises", "Broken promises to customers by what became of them.", ["store", "state"]);
  const postponed = gauge("promises_postponed", "Promises that could not be settled when they were due, for an error and not for a lagging source; they are tried again.", ["store"]);
  const inbox = gauge("inbox", "Deliveries not settled, by state.", ["store", "state"]);
  const messages = gauge("messages", "Messages not at their end, by state.", ["store", "state"]);
  const mail = gauge("mail_week", "What became of mail in the last seven days of UTC, today so far among them, by provider and by the recipients' domain.", ["store", "by", "name", "kind"]);
  for (const { id } of opened.stores) {
    const line = await reconcile(opened.database, id, opened.ports.clock.now());
    const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((total, part) => total + part, 0);
    cases.set({ store: id, standing: "told" }, line.told);
    cases.set({ store: id, standing: "presumed_told" }, line.presumedTold);
    cases.set({ store: id, standing: "unreachable" }, sum(line.unreachable));
    cases.set({ store: id, standing: "excused" }, sum(line.excused));
    cases.set({ store: id, standing: "due" }, line.due);
    overdue.set({ store: id }, line.overdue);
    balanced.set({ store: id }, line.balanced ? 1 : 0);
    for (const state of ["broken", "madeGood", "waived", "owed"] as const) promises.set({ store: id, state }, line.promises[state]);
    postponed.set({ store: id }, await postponedPromises(opened.database, id));
    for (const [state, count] of await inboxBacklog(opened.database, id)) inbox.set({ store: id, state }, count);
    for (const [state, count] of await messageBacklog(opened.database, id)) messages.set({ store: id, state }, count);
    const taken = await deliverability(opened.database, id, DELIVERABILITY_DAYS, opened.ports.clock.now());
    const show = (by: string, all: readonly RatedMail[]) => all.forEach((each) => MAIL_KINDS.forEach((kind) => mail.set({ store: id, by, name: each.name, kind }, each[kind])));
    show("provider", taken.providers);
    show("domain", taken.domains);
  }
  return { type: ledger.contentType, text: `${await processes.metrics()}\n${await ledger.metrics()}` };
}

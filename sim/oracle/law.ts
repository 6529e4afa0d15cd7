import { HOUR, plus, type Instant } from "../../src/base/time.ts";
import type { Place } from "../world/eras.ts";
import type { SimOrder } from "../world/orders.ts";
import { daysAfter, workingDaysAfter } from "./calendar.ts";

/** A clock of money that is owed, by the table "The money" of docs/law.md. */
export interface MoneyClock {
  readonly rule: string;
  readonly due: Instant;
  /** Whose loss it is when it runs out: the customer's, or one that the team set itself and that calls a person. */
  readonly owedTo: "customer" | "team";
  readonly isLaw: boolean;
}

/** What started the clocks: the order's cancellation, its refund in the shop, or its customer's withdrawal from the contract. */
export type MoneyStart = "cancelled" | "asked" | "withdrawn";

/** Those of the member states that buyers live in here. */
const EU: ReadonlySet<string> = new Set(["BE", "DE", "FR"]);

/** Every clock that runs from `from` for a buyer in `country`, the nearest first. The days are those of the store's zone. */
export function moneyClocks(start: MoneyStart, from: Instant, country: string, { zone }: Place): readonly MoneyClock[] {
  if (start === "withdrawn") return ofWithdrawal(from, country, zone);
  const rule = (name: string): string => (start === "asked" ? `refund-asked-${name}` : `refund-${name}`);
  const policy: MoneyClock = { rule: rule("48h"), due: plus(from, 48 * HOUR), owedTo: "customer", isLaw: false };
  const ofTeam = (name: string, due: Instant): MoneyClock => ({ rule: name, due, owedTo: "team", isLaw: false });
  const law = lawOf(country, from, zone);
  const all = [policy, ...(law === undefined ? [] : [{ ...law, rule: rule(law.rule), owedTo: "customer" as const, isLaw: true }])];
  if (start === "asked") return all;
  const reminders = [...(country === "US" ? [ofTeam("escalate-us", workingDaysAfter(from, 5, "US", zone))] : []), ofTeam("dispute-risk", daysAfter(from, 12, zone))];
  return [...all, ...reminders].sort((a, b) => a.due - b.due);
}

/** Seven working days of the federal calendar, whatever the store's own are; fourteen days in Europe. */
function lawOf(country: string, from: Instant, zone: string): Pick<MoneyClock, "rule" | "due"> | undefined {
  if (country === "US") return { rule: "us", due: workingDaysAfter(from, 7, "US", zone) };
  if (country === "GB") return { rule: "gb", due: daysAfter(from, 14, zone) };
  return EU.has(country) ? { rule: "eu", due: daysAfter(from, 14, zone) } : undefined;
}

/** Directive 2011/83/EU art. 13(1), Consumer Contracts Regulations 2013 reg. 34: fourteen days; two days before, the team is called. */
function ofWithdrawal(from: Instant, country: string, zone: string): readonly MoneyClock[] {
  const law = country === "GB" ? "gb" : EU.has(country) ? "eu" : undefined;
  if (law === undefined) return [];
  return [
    { rule: "escalate-withdrawn", due: daysAfter(from, 12, zone), owedTo: "team", isLaw: false },
    { rule: `refund-withdrawn-${law}`, due: daysAfter(from, 14, zone), owedTo: "customer", isLaw: true },
  ];
}

/** The clocks of the money that an order owes. A refund that replaces one that failed has its own, and is paid at once. */
export function clocksOf({ truth, person, place }: SimOrder): readonly MoneyClock[] {
  const { owedFrom, withdrawnAt, cancelledAt, calledOffAt } = truth;
  const clocks = (start: MoneyStart, from: Instant | undefined): readonly MoneyClock[] => (from === undefined ? [] : moneyClocks(start, from, person.customer.country, place));
  // The shop's cancellation of what its customer withdrew from makes the law's time no longer: its clocks run beside.
  if (withdrawnAt !== undefined) return [...clocks("withdrawn", withdrawnAt), ...clocks("cancelled", cancelledAt)];
  // Goods that are late are called off by their customer or the law, whether or not the shop has cancelled them yet.
  return clocks((cancelledAt ?? calledOffAt) === undefined ? "asked" : "cancelled", owedFrom);
}

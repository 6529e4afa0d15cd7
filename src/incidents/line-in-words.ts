import type { Reconciliation } from "./reconcile.ts";

/** The reconciliation line as a person reads it, a sentence each: who is affected, what became of promises, what is wrong, whether it balances. */
export function lineInWords(line: Reconciliation): string[] {
  const { promises, faults } = line;
  return [
    `${line.affected} affected (${line.people} people) = ${line.told} told + ${line.presumedTold} presumed told + ${sum(line.unreachable)} unreachable${reasons(line.unreachable)} + ${sum(line.excused)} excused${reasons(line.excused)} + ${line.due} due (${line.overdue} overdue)`,
    `${promises.broken} broken promises = ${promises.madeGood} made good + ${promises.waived} waived + ${promises.owed} owed`,
    ...Object.entries(faults).flatMap(([fault, count]) => (count === 0 ? [] : [`FAULT ${fault}: ${count}`])),
    line.balanced ? "Balanced." : "NOT BALANCED.",
  ];
}

function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

function reasons(parts: Readonly<Record<string, number>>): string {
  const named = Object.entries(parts).map(([reason, count]) => `${reason} ${count}`);
  return named.length === 0 ? "" : ` (${named.join(", ")})`;
}

import type { MadeGoodLine, ReconciliationLine } from "./model.ts";

/** Cases counted by where they stand. */
export interface CountedStanding {
  readonly standing: string;
  readonly why: string | null;
  readonly cases: number;
  /** Of those handed over: how many may be presumed told. */
  readonly presumed: number;
  /** Of those due: how many are past their deadline. */
  readonly overdue: number;
}

/** How many things of each kind make the line untrue although it adds up. */
export interface AuditFaults {
  /** Broken promises to customers that belong to no case: what was noticed must not balance at 0 = 0. */
  readonly brokenWithoutCase: number;
  readonly toldWithoutEvidence: number;
  readonly handedOverWithoutMessage: number;
  readonly dueWithoutPath: number;
  readonly unattended: number;
}

/** The line of guarantee G1. It balances when its parts add up to the cases counted apart and nothing makes them untrue. */
export function lineOf(affected: number, people: number, counts: readonly CountedStanding[], madeGood: MadeGoodLine, faults: AuditFaults): ReconciliationLine {
  const sum = (standing: string, of: (row: CountedStanding) => number): number => counts.reduce((total, row) => (row.standing === standing ? total + of(row) : total), 0);
  const told = sum("told", (row) => row.cases);
  const presumedTold = sum("handed_over", (row) => row.presumed);
  const due = sum("due", (row) => row.cases) + sum("handed_over", (row) => row.cases - row.presumed);
  const unreachable = byReason(counts, "unreachable");
  const excused = byReason(counts, "excused");
  const addsUp = affected === told + presumedTold + due + total(unreachable) + total(excused);
  const isTrue = total({ ...faults }) === 0;
  const isMadeGood = madeGood.broken === madeGood.madeGood + madeGood.waived + madeGood.owed;
  return { affected, people, told, presumedTold, unreachable, excused, due, overdue: sum("due", (row) => row.overdue), balanced: addsUp && isTrue && isMadeGood };
}

function byReason(counts: readonly CountedStanding[], standing: string): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const row of counts) {
    if (row.standing === standing && row.why !== null) reasons[row.why] = (reasons[row.why] ?? 0) + row.cases;
  }
  return reasons;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How to start a process that stays on one processor. Empty where the system cannot do that. */
export interface Pinning {
  readonly execPath?: string;
  readonly execArgv: string[];
}

/**
 * Keeps a simulation and its database on one processor. Only one of the two ever works, and handing a statement over
 * between processors costs four times as much as between processes of one.
 */
export function pinning(slot: number): Pinning {
  try {
    const allowed = processors(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "");
    const chosen = String(allowed[slot % allowed.length]);
    execFileSync("taskset", ["-c", chosen, "true"], { stdio: "ignore" });
    return { execPath: "taskset", execArgv: ["-c", chosen, process.execPath] };
  } catch {
    return { execArgv: [] };
  }
}

/** Reads the kernel's list of processors, as in "0-2,5". */
function processors(list: string): readonly number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

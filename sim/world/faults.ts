/** Every fault that the simulator injects. A run over many seeds must have hit each of them often. */
export const FAULTS = [
  "provider refuses the address",
  "provider refuses for now",
  "provider throttles",
  "provider takes and never answers",
  "provider never answers and has nothing",
  "provider cannot be reached",
  "provider takes, bounces later",
  "bounce arrives twice",
  "webhook lost",
  "webhook late",
  "webhook doubled",
  "webhook reordered",
  "webhook sent again",
  "vendor API fails",
  "source silent",
  "source lags",
  "scan told days late",
  "worker killed",
  "worker killed while a provider has its mail",
  "web killed before the commit",
  "web killed after the commit",
  "two workers on the same duty",
  "statement waited for a lock",
  "worker stalled beyond its lease",
  "worker frozen past the gap",
  "clock stepped back",
  "clock stepped forward",
  "backup restored",
  "sending halted",
  "wake-up lost",
] as const;

export type Fault = (typeof FAULTS)[number];
export type FaultCounts = Record<Fault, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as FaultCounts;
}

import type { Instant } from "../../base/time.ts";
import { allowance, healthy } from "./health.ts";
import type { Health } from "./health.ts";

/** A provider that may carry mail now, and how many. */
export interface Carrier<P> {
  readonly provider: P;
  readonly limit: number;
}

/** Who may carry mail now, in the configured order: those in health with any number, those at rest with a probe when it is time. */
export function carriersNow<P extends { readonly name: string }>(providers: readonly P[], healths: ReadonlyMap<string, Health>, now: Instant): readonly Carrier<P>[] {
  return providers
    .map((provider) => ({ provider, limit: allowance(healths.get(provider.name) ?? healthy(now), now) }))
    .filter((carrier) => carrier.limit > 0);
}

/** When a provider at rest may be probed next; undefined when one is in health. */
export function nextProbeAt(healths: ReadonlyMap<string, Health>, providers: readonly { readonly name: string }[]): Instant | undefined {
  let next: Instant | undefined;
  for (const { name } of providers) {
    const health = healths.get(name);
    if (!health || health.kind === "closed") return undefined;
    if (next === undefined || health.probeAt < next) next = health.probeAt;
  }
  return next;
}

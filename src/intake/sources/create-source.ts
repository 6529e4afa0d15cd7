import { z } from "zod";
import { Refusal } from "../../base/errors.ts";
import { HOUR, MINUTE } from "../../base/time.ts";
import type { ConfiguredSource } from "../adapter.ts";
import { SOURCES } from "./registry.ts";

/** What `type` of a configured source may be. */
export const SOURCE_TYPES: readonly string[] = SOURCES.map(({ manifest }) => manifest.type);

/** The name stands in addresses and leads every id of the source. */
export const SOURCE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** A shop with any trade at all is heard of every few hours; a pull counts as being heard. */
const SILENT_AFTER_HOURS = 6;
/** Webhooks come within seconds; a quarter of an hour late is a queue that stands. */
const LAG_AFTER_MINUTES = 15;

/** When a source counts as silent or lagging. */
export const watchConfig = z.strictObject({
  silentAfterHours: z.number().positive().max(720).default(SILENT_AFTER_HOURS),
  lagAfterMinutes: z.number().positive().max(1_440).default(LAG_AFTER_MINUTES),
});

/**
 * A source from its configuration: its vendor's own schema checks `config`. Throws a ZodError whose paths are those
 * of `config` or `watch`, or a Refusal for a name or type that cannot be.
 */
export function createSource(given: { name: string; type: string; config: unknown; watch?: unknown }): ConfiguredSource {
  if (!SOURCE_NAME.test(given.name)) {
    throw refusal(`"${given.name}" cannot name a source.`, "Use lower-case letters, digits and hyphens, at most 40.");
  }
  const source = SOURCES.find(({ manifest }) => manifest.type === given.type);
  if (!source) {
    throw refusal(`There is no source type "${given.type}".`, `Known types: ${SOURCE_TYPES.join(", ")}.`);
  }
  const watch = watchConfig.parse(given.watch ?? {});
  const adapter = source.create(given.name, given.config);
  return {
    name: given.name,
    adapter,
    silentAfter: watch.silentAfterHours * HOUR,
    lagAfter: watch.lagAfterMinutes * MINUTE,
    isPulled: adapter.pull !== undefined,
  };
}

function refusal(what: string, next: string): Refusal {
  return new Refusal({ code: "source_configuration", status: 400, what, next });
}

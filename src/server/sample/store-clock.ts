import { invariant } from "../../base/errors.ts";
import { parseStoreId, type StoreId } from "../../base/ids.ts";
import type { Instant } from "../../base/time.ts";
import { SAMPLE_STORE } from "../../../sample/config.ts";
import { systemClock } from "../clock.ts";
import { connect } from "../database/index.ts";
import { storeTimes } from "../stores/store.ts";

export function sampleStore(): StoreId {
  const store = parseStoreId(SAMPLE_STORE);
  invariant(store, "the sample store's name to be a store name");
  return store;
}

/**
 * What time it is in the sample store: when it was last seen by its own clock, which stands still while it is
 * stopped and runs ahead of the machine's while it runs. The machine's time where it has never been started.
 */
export async function sampleTime(databaseUrl: string): Promise<Instant> {
  const database = connect(databaseUrl, { max: 1 });
  try {
    return (await storeTimes(database, sampleStore()))?.aliveAt ?? systemClock.now();
  } finally {
    await database.end();
  }
}

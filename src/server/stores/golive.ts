import { uuidOf, type StoreId } from "../../base/ids.ts";
import type { Ports } from "../../base/ports.ts";
import { deleteGolive, insertAudit, insertGolive } from "./store.ts";

/** A control of readiness that was not proved when somebody went live despite it. */
export interface Despite {
  readonly control: string;
  readonly evidence: string;
}

/** From now on this playbook speaks for the store. What was opened in shadow before stays unsaid for ever. */
export async function golive(ports: Ports, store: StoreId, playbook: string, by: string, despite: readonly Despite[] = []): Promise<void> {
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await insertGolive(tx, store, playbook, by, now);
    await insertAudit(tx, { store, id: uuidOf(store, "golive", playbook, now), actor: by, verb: "golive", target: `playbook/${playbook}`, detail: despite.length === 0 ? {} : { despite } }, now);
  });
}

/** Takes a playbook back into shadow mode: incidents from now on say nothing. Cases already live run on. */
export async function backToShadow(ports: Ports, store: StoreId, playbook: string, by: string): Promise<void> {
  const now = ports.clock.now();
  await ports.db.transaction(async (tx) => {
    await deleteGolive(tx, store, playbook);
    await insertAudit(tx, { store, id: uuidOf(store, "shadow", playbook, now), actor: by, verb: "shadow", target: `playbook/${playbook}`, detail: {} }, now);
  });
}

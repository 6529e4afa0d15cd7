import { hashToken } from "../../base/ids.ts";
import type { Channel } from "./model.ts";

/** What an address is known by in the ledger once it is forgotten. Case never tells two mailboxes apart in practice. */
export function addressHash(channel: Channel, address: string): string {
  return hashToken(`${channel}:${address.trim().toLowerCase()}`);
}

import { hashToken } from "../../base/ids.ts";

/** What an address is known by in the ledger once it is forgotten. Case never tells two mailboxes apart in practice. */
export function addressHash(channel: string, address: string): string {
  return hashToken(`${channel}:${address.trim().toLowerCase()}`);
}

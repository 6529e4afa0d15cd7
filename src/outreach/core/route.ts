import type { UnreachableReason } from "../../incidents/index.ts";
import { PORTAL } from "./model.ts";
import type { MessageState } from "./model.ts";

/** A way to a person: a usable address with its hash, and why it may not be used. */
export interface Address {
  readonly channel: string;
  readonly address: string;
  readonly hash: string;
  readonly suppressedWhy: string | null;
}

/** A message that the notice has already. */
export interface Tried {
  readonly channel: string;
  readonly addressHash: string;
  readonly state: MessageState;
}

/**
 * The next step of a notice: write to an address, nothing (a message is on its way or arrived),
 * or nobody can be reached. Suppressed addresses passed over on the way are named, so that the ledger shows them.
 */
export type Route =
  | { readonly kind: "write"; readonly to: Address; readonly passedOver: readonly Address[] }
  | { readonly kind: "onItsWay" }
  | { readonly kind: "unreachable"; readonly why: UnreachableReason; readonly passedOver: readonly Address[] };

const FAILED: Partial<Record<MessageState, UnreachableReason>> = { bounced: "bounced", refused: "refused", suppressed: "suppressed" };

/** Chooses among the addresses, in the order of the playbook's channels. An address that failed is not tried again. */
export function chooseRoute(addresses: readonly Address[], tried: readonly Tried[]): Route {
  const mails = tried.filter((message) => message.channel !== PORTAL);
  if (mails.some((message) => FAILED[message.state] === undefined && message.state !== "withdrawn")) return { kind: "onItsWay" };
  const untried = addresses.filter((address) => !mails.some((message) => message.channel === address.channel && message.addressHash === address.hash));
  const free = untried.findIndex((address) => address.suppressedWhy === null);
  const to = untried[free];
  if (to) return { kind: "write", to, passedOver: untried.slice(0, free) };
  return { kind: "unreachable", why: unreachableWhy(mails, untried), passedOver: untried };
}

/** Whether somebody whom a notice did not reach can be written to by now: at an address that may be used and has not failed it. */
export function hasOpenWay(addresses: readonly Address[], tried: readonly Tried[]): boolean {
  const failed = tried.filter(({ state }) => state !== "suppressed");
  return addresses.some((address) => address.suppressedWhy === null && !failed.some((message) => message.channel === address.channel && message.addressHash === address.hash));
}

/** The reason nearest to the person: a bounce says more than a refusal, and both say more than a rule of ours. */
function unreachableWhy(tried: readonly Tried[], passedOver: readonly Address[]): UnreachableReason {
  const reasons = new Set(tried.map((message) => FAILED[message.state]));
  if (passedOver.length > 0) reasons.add("suppressed");
  const order: readonly UnreachableReason[] = ["bounced", "refused", "suppressed"];
  return order.find((reason) => reasons.has(reason)) ?? "no_address";
}

import type { SampleCustomer } from "../../sample/model.ts";
import type { Dice } from "../engine/random.ts";

/** What a mailbox does with mail. The simulator alone knows. */
export type MailboxKind = "good" | "refuses" | "bounces";

export interface SimPerson {
  readonly customer: SampleCustomer;
  /** Orders without an account: the vendor gives no customer id. */
  readonly isGuest: boolean;
}

const FIRST = ["Maya", "Jonas", "Priya", "Lena", "Tom", "Aiko", "Clara", "Owen", "Nora", "Felix", "Ines", "Hugo"] as const;
const LAST = ["Okafor", "Weber", "Raman", "Hofer", "Alder", "Mori", "Busch", "Price", "Lang", "Sanz"] as const;
const HOMES = [
  { locale: "en", country: "US" },
  { locale: "de", country: "DE" },
  { locale: "en-GB", country: "GB" },
  { locale: "fr-BE", country: "BE" },
] as const;

/** People who buy: some without an account, some who share an address, some whose mailbox is bad. */
export function people(count: number, dice: Dice): readonly SimPerson[] {
  const all: SimPerson[] = [];
  for (let index = 0; index < count; index += 1) {
    const firstName = dice.pick(FIRST);
    const lastName = dice.pick(LAST);
    const kind: MailboxKind = dice.chance(0.08) ? "bounces" : dice.chance(0.05) ? "refuses" : "good";
    const housemate = index > 0 && dice.chance(0.15) ? all[dice.below(index)] : undefined;
    const email = housemate?.customer.email ?? `${kind}.${firstName}.${index}@mail.example`.toLowerCase();
    const customer = { id: String(7_000_000_000_000_000_000n + BigInt(index)), firstName, lastName, email, ...dice.pick(HOMES) };
    all.push({ customer, isGuest: dice.chance(0.2) });
  }
  return all;
}

/** The truth about an address, which its own name keeps. */
export function mailboxKind(address: string): MailboxKind {
  const [kind] = address.split(".");
  return kind === "bounces" || kind === "refuses" ? kind : "good";
}

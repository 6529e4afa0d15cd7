import type { SampleAddress } from "../../sample/model.ts";
import type { Dice } from "../engine/random.ts";
import type { SimPerson } from "./people.ts";

/** What a phone does with texts. The simulator alone knows. */
export type PhoneKind = "good" | "refused" | "landline" | "off";

/** Of the people so many give a number. */
const WITH_PHONE = 0.75;
/** Of these so many have the number of somebody they live with. */
const SHARED = 0.12;
/** The digit behind the prefix says what the phone is. */
const KINDS: Readonly<Record<PhoneKind, number>> = { good: 1, refused: 2, landline: 3, off: 4 };
const PREFIX = "+4915";

/** States whose hours for texts differ from each other; nobody knows the state of the others. */
const STATES: readonly (SampleAddress | undefined)[] = [
  { address1: "1 Pine Road", city: "Sacramento", zip: "95814", province_code: "CA" },
  { address1: "2 Elm Street", city: "Albany", zip: "12207", province_code: "NY" },
  { address1: "3 Palm Way", city: "Pensacola", zip: "32501", province_code: "FL" },
  undefined,
];

/** Gives people phones, and some of them homes whose hours for texts differ. Everything else of them stays. */
export function withPhones(all: readonly SimPerson[], dice: Dice): readonly SimPerson[] {
  const numbers: string[] = [];
  return all.map(({ customer: before, isGuest }, index) => {
    const home = homeOf(before.country, dice);
    const customer = { ...before, ...home };
    if (!dice.chance(WITH_PHONE)) return { customer, isGuest };
    const kind: PhoneKind = dice.chance(0.06) ? "refused" : dice.chance(0.06) ? "landline" : dice.chance(0.05) ? "off" : "good";
    const own = `${PREFIX}${KINDS[kind]}${String(1_000_000 + index)}`;
    const phone = numbers.length > 0 && dice.chance(SHARED) ? dice.pick(numbers) : own;
    numbers.push(phone);
    return { customer: { ...customer, phone }, isGuest };
  });
}

/** A parcel goes abroad to them as it did. */
function homeOf(country: string, dice: Dice): { readonly country?: string; readonly locale?: string; readonly address?: SampleAddress } {
  if (country === "BE") return dice.chance(0.6) ? { country: "FR", locale: "fr" } : {};
  const address = country === "US" ? dice.pick(STATES) : undefined;
  return address === undefined ? {} : { address };
}

/** The truth about a phone, which its own number keeps. */
export function phoneKind(number: string): PhoneKind {
  const digit = Number(number.at(PREFIX.length));
  const [kind] = Object.entries(KINDS).find(([, each]) => each === digit) ?? ["good"];
  return kind as PhoneKind;
}

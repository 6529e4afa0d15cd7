import { money } from "../src/base/money.ts";
import type { SampleAddress, SampleCustomer, SampleLine } from "./model.ts";

/** Addresses end in `.example` (RFC 2606): they can never be anybody's. */
const HOMES: Readonly<Record<string, SampleAddress>> = {
  US: { address1: "12 Maple Street", city: "Portland", zip: "97201", province_code: "OR" },
  DE: { address1: "Lindenweg 4", city: "Köln", zip: "50667" },
  GB: { address1: "3 Mill Lane", city: "Leeds", zip: "LS1 4AP" },
  AT: { address1: "Gartengasse 8", city: "Wien", zip: "1010" },
  FR: { address1: "5 rue des Lilas", city: "Lyon", zip: "69003" },
};

const person = (id: string, firstName: string, lastName: string, locale: string, country: "US" | "DE" | "GB" | "AT" | "FR"): SampleCustomer => ({
  id: `1153106273147239${id}`,
  firstName,
  lastName,
  email: `${firstName}.${lastName}@mail.example`.toLowerCase(),
  locale,
  country,
  address: HOMES[country] as SampleAddress,
});

/** The people who buy at the sample store. */
export const CUSTOMERS: readonly SampleCustomer[] = [
  person("54", "Maya", "Okafor", "en", "US"),
  person("55", "Jonas", "Weber", "de", "DE"),
  person("56", "Priya", "Raman", "en-GB", "GB"),
  person("57", "Lena", "Hofer", "de-AT", "AT"),
  person("58", "Tom", "Alder", "en", "US"),
  person("59", "Camille", "Moreau", "fr", "FR"),
  person("60", "Clara", "Busch", "de", "DE"),
  person("61", "Owen", "Price", "en-GB", "GB"),
];

/** Mail to this person bounces: the sample shows what happens then. */
export const UNREACHABLE = person("70", "Nora", "Gone", "en", "US");

const item = (id: string, title: string, cents: number): SampleLine => ({ id: `86655031176643${id}`, title, quantity: 1, price: money(cents, "USD") });

/** What the sample store sells. */
export const CATALOGUE: readonly SampleLine[] = [
  item("9020", "Stoneware mug, moss", 2_400),
  item("9021", "Linen apron", 4_900),
  item("9022", "Cast-iron pan, 26 cm", 8_900),
  item("9023", "Oak chopping board", 5_600),
  item("9024", "Pour-over set", 7_200),
  item("9025", "Wool throw, grey", 12_900),
];

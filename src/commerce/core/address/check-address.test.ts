import assert from "node:assert/strict";
import { test } from "node:test";
import type { PostalAddress } from "../../../intake/index.ts";
import { checkAddress } from "./check-address.ts";

const GOOD = {
  DE: { name: "Anna Blum", lines: ["Lindenweg 12a"], city: "Berlin", postalCode: "10115", country: "DE" },
  US: { name: "Bo Hill", lines: ["12 Elm Street", "Apt 4"], city: "Albany", region: "NY", postalCode: "12207", country: "US" },
  CA: { lines: ["40 Rue Sainte-Anne"], city: "Québec", region: "QC", postalCode: "G1R 3X7", country: "CA" },
  GB: { lines: ["Rose Cottage", "Mill Lane"], city: "Ely", postalCode: "CB7 4AA", country: "GB" },
  IT: { lines: ["Via Roma 1"], city: "Torino", region: "TO", postalCode: "10121", country: "IT" },
  ES: { lines: ["Calle Mayor s/n"], city: "Ávila", region: "AV", postalCode: "05001", country: "ES" },
  AU: { lines: ["7 Swan Road"], city: "Perth", region: "WA", postalCode: "6000", country: "AU" },
  NL: { lines: ["Gracht 3"], city: "Utrecht", postalCode: "3511 AB", country: "NL" },
  JP: { lines: ["本町1-2-3"], city: "千代田区", region: "東京都", postalCode: "100-0001", country: "JP" },
  AE: { lines: ["P.O. Box 123, Palm Road"], city: "Dubai", region: "Dubai", country: "AE" },
  HK: { lines: ["Flat A, 3/F, 9 Hill Road"], region: "Kowloon", country: "HK" },
  IE: { lines: ["The Lodge"], city: "Cong", region: "Mayo", country: "IE" },
} as const satisfies Readonly<Record<string, PostalAddress>>;

/** What staff would be told: the field, what is the matter with it, how bad it is. */
function found(address: PostalAddress): readonly string[] {
  return checkAddress(address).findings.map(({ field, code, level }) => `${field} ${code} ${level}`);
}

function suggested(address: PostalAddress): readonly Partial<PostalAddress>[] {
  return checkAddress(address).findings.flatMap(({ suggestion }) => (suggestion ? [suggestion] : []));
}

/** A good address but for its postal code. */
const withCode = (country: keyof typeof GOOD, postalCode: string, more: Partial<PostalAddress> = {}): PostalAddress => ({ ...GOOD[country], postalCode, ...more });

test("a good address of any country is fine, with nothing to say", () => {
  for (const [country, address] of Object.entries(GOOD)) assert.deepEqual(checkAddress(address), { level: "fine", findings: [] }, country);
});

test("a code in another spelling is fine, and the suggestion is how the country prints it", () => {
  const spellings: readonly (readonly [country: keyof typeof GOOD, typed: string, printed: string])[] = [
    ["DE", "D-10115", "10115"], ["DE", "de 10115", "10115"], ["DE", "１０１１５", "10115"], ["DE", " 10115 ", "10115"], ["DE", "1 01 15", "10115"],
    ["CA", "g1r3x7", "G1R 3X7"], ["CA", "G1R-3X7", "G1R 3X7"], ["GB", "cb74aa", "CB7 4AA"], ["GB", "CB74 AA", "CB7 4AA"], ["NL", "3511ab", "3511 AB"],
    ["NL", "NL-3511 AB", "3511 AB"], ["US", "122071234", "12207-1234"], ["US", "12207 1234", "12207-1234"], ["JP", "〒1000001", "100-0001"], ["JP", "１００ー０００１", "100-0001"],
  ];
  for (const [country, typed, printed] of spellings) {
    assert.deepEqual(checkAddress(withCode(country, typed)).level, "fine", typed);
    assert.deepEqual(suggested(withCode(country, typed)), [{ postalCode: printed }], typed);
  }
  assert.deepEqual(suggested({ lines: ["شارع 5"], city: "القاهرة", country: "EG", postalCode: "١١٥١١" }), [{ postalCode: "11511" }]);
});

test("a slip with one likely repair is told to staff with the repair, and no customer is asked", () => {
  const slips: readonly (readonly [country: keyof typeof GOOD, typed: string, repaired: string])[] = [
    ["DE", "1O115", "10115"], ["DE", "l0115", "10115"], ["DE", "1067", "01067"], ["ES", "5001", "05001"],
    ["CA", "GIR 3X7", "G1R 3X7"], ["GB", "0X14 4PG", "OX14 4PG"], ["GB", "CB7 OAA", "CB7 0AA"],
  ];
  for (const [country, typed, repaired] of slips) {
    assert.deepEqual(found(withCode(country, typed)), ["postalCode postal_code_repaired doubtful"], typed);
    assert.deepEqual(suggested(withCode(country, typed)), [{ postalCode: repaired }], typed);
  }
});

test("a repair that contradicts the state is none: the customer is asked", () => {
  assert.deepEqual(found(withCode("US", "2207")), ["postalCode postal_code_misfit undeliverable"]);
  assert.deepEqual(found(withCode("US", "2207", { region: "MA" })), ["postalCode postal_code_repaired doubtful"]);
});

test("a code of no form that the country has is undeliverable where parcels are sorted by it, and doubtful where it is rarely written", () => {
  assert.deepEqual(found(withCode("DE", "101156")), ["postalCode postal_code_misfit undeliverable"]);
  assert.deepEqual(found(withCode("NL", "35110")), ["postalCode postal_code_misfit undeliverable"]);
  assert.deepEqual(found(withCode("IE", "99999")), ["postalCode postal_code_misfit doubtful"]);
  assert.deepEqual(found(withCode("AE", "00000")), []);
  assert.deepEqual(found({ ...GOOD.DE, postalCode: "00000" }), ["postalCode postal_code_placeholder undeliverable"]);
});

test("an older form of a code is told to staff", () => {
  assert.deepEqual(found({ lines: ["세종대로 1"], city: "Seoul", country: "KR", postalCode: "110-110" }), ["postalCode postal_code_withdrawn doubtful"]);
});

test("a missing part is undeliverable, and only where the country requires it", () => {
  assert.deepEqual(found({ ...GOOD.DE, lines: ["", " "] }), ["lines street_missing undeliverable"]);
  assert.deepEqual(found({ ...GOOD.DE, city: "" }), ["city city_missing undeliverable"]);
  assert.deepEqual(found({ ...GOOD.DE, postalCode: "" }), ["postalCode postal_code_missing undeliverable"]);
  assert.deepEqual(found({ ...GOOD.DE, country: "" }), ["country country_missing undeliverable"]);
  assert.deepEqual(found({ lines: ["3 Hill Road"], country: "SG", postalCode: "546080" }), []);
  assert.deepEqual(found({ lines: ["3 Hill Road"], country: "HK" }), ["city city_missing undeliverable"]);
});

test("a missing state is told to staff with the one that the postal code names", () => {
  const { region: _, ...address } = GOOD.US;
  assert.deepEqual(found(address), ["region region_missing doubtful"]);
  assert.deepEqual(suggested(address), [{ region: "NY" }]);
  assert.deepEqual(found({ ...GOOD.IT, region: "" }), ["region region_from_code fine"]);
});

test("a postal code of a distant state is undeliverable where carriers refuse it; beside the border, or elsewhere in the world, it is doubtful", () => {
  assert.deepEqual(found({ ...GOOD.US, region: "CA" }), ["postalCode postal_code_elsewhere undeliverable"]);
  assert.deepEqual(found({ ...GOOD.US, region: "Vermont" }), ["postalCode postal_code_beside doubtful"]);
  assert.deepEqual(found({ ...GOOD.CA, region: "British Columbia" }), ["postalCode postal_code_elsewhere undeliverable"]);
  assert.deepEqual(found({ ...GOOD.AU, region: "Tasmania" }), ["postalCode postal_code_elsewhere undeliverable"]);
  assert.deepEqual(found({ ...GOOD.IT, region: "Roma" }), ["postalCode postal_code_beside doubtful"]);
  assert.deepEqual(found({ ...GOOD.ES, region: "Cádiz" }), ["postalCode postal_code_beside doubtful"]);
});

test("a state is known by its code, with or without its country, and by its names in any spelling", () => {
  for (const region of ["NY", "ny", "US-NY", "New York", "NEW  YORK"]) assert.deepEqual(found({ ...GOOD.US, region }), [], region);
  for (const region of ["Québec", "quebec", "CA-QC"]) assert.deepEqual(found({ ...GOOD.CA, region }), [], region);
  assert.deepEqual(found({ ...GOOD.US, region: "Empire State" }), ["region region_unknown doubtful"]);
  assert.deepEqual(found({ ...GOOD.ES, region: "Castilla y León" }), []);
});

test("a code that crosses a border of states, and the mail of the armed forces, are fine", () => {
  assert.deepEqual(found(withCode("AU", "0872", { region: "SA" })), []);
  assert.deepEqual(found({ lines: ["PSC 12, Box 345"], city: "APO", region: "AE", postalCode: "09464", country: "US" }), []);
  assert.deepEqual(found(withCode("CA", "K1A 0B1", { region: "QC" })), []);
});

test("a code that stands in another field is moved by the suggestion", () => {
  const { postalCode: _, ...berlin } = GOOD.DE;
  const moves: readonly (readonly [PostalAddress, Partial<PostalAddress>])[] = [
    [{ ...berlin, city: "10115 Berlin" }, { postalCode: "10115", city: "Berlin" }],
    [{ ...berlin, city: "Berlin, 10115" }, { postalCode: "10115", city: "Berlin" }],
    [{ ...berlin, lines: ["Lindenweg 12", "10115 Berlin"] }, { postalCode: "10115", lines: ["Lindenweg 12"] }],
    [{ lines: ["Lindenweg 12", "10115 Berlin"], country: "DE" }, { postalCode: "10115", lines: ["Lindenweg 12"], city: "Berlin" }],
    [{ ...GOOD.DE, postalCode: "10115 Berlin" }, { postalCode: "10115" }],
    [{ ...GOOD.DE, postalCode: "Berlin", city: "10115" }, { postalCode: "10115", city: "Berlin" }],
    [{ ...GOOD.GB, postalCode: "", city: "Ely CB7 4AA" }, { postalCode: "CB7 4AA", city: "Ely" }],
  ];
  for (const [address, move] of moves) {
    assert.deepEqual(suggested(address).at(-1), move);
    assert.equal(checkAddress({ ...address, ...move }).level, "fine");
  }
});

test("a house number or a flat is not taken for a postal code", () => {
  assert.deepEqual(found({ ...GOOD.US, lines: ["12207 Elm Street"], postalCode: "" }), ["postalCode postal_code_missing undeliverable"]);
  assert.deepEqual(found({ ...GOOD.AU, lines: ["7 Swan Road", "Unit 6001"], postalCode: "" }), ["postalCode postal_code_missing undeliverable"]);
});

test("filler text in the place of a whole part is undeliverable; the same word inside a part, or a town of that name, is not", () => {
  for (const filler of ["test", "Test", "n/a", "xxx", "-", "...", "asdf", "unknown", "aaaa", "🙂"]) {
    assert.ok(found({ ...GOOD.DE, lines: [filler] }).includes("lines street_placeholder undeliverable"), filler);
    assert.ok(found({ ...GOOD.DE, city: filler }).includes("city city_placeholder undeliverable"), filler);
  }
  for (const city of ["None", "Å", "Y", "Ii", "Nan", "Bar", "Testorf"]) assert.deepEqual(found({ ...GOOD.DE, city }), [], city);
  assert.deepEqual(found({ ...GOOD.DE, lines: ["Lindenweg 12", "-"] }), []);
  assert.deepEqual(found({ ...GOOD.DE, name: "Test Null" }), []);
});

test("a box is told to staff where couriers ask for a street, and is the rule elsewhere", () => {
  for (const line of ["PO Box 12", "P.O. Box 12", "Postfach 12", "Casella Postale 12", "BP 12", "Packstation 145", "Box 77"]) {
    assert.deepEqual(found({ ...GOOD.DE, lines: [line] }), ["lines po_box doubtful"], line);
  }
  assert.deepEqual(found({ ...GOOD.US, lines: ["12 Boxwood Place"] }), []);
  assert.deepEqual(found({ lines: ["P.O. Box 12"], city: "Nairobi", country: "KE" }), []);
});

test("a street without a number is told to staff where numbers are the rule", () => {
  assert.deepEqual(found({ ...GOOD.DE, lines: ["Lindenweg"] }), ["lines house_number_missing doubtful"]);
  assert.deepEqual(found({ ...GOOD.US, lines: ["One Elm Plaza"] }), []);
  assert.deepEqual(found({ ...GOOD.DE, lines: ["Lindenweg", "12"] }), []);
});

test("what a label cannot hold or print is told to staff", () => {
  assert.deepEqual(found({ ...GOOD.DE, company: "Vereinigte Buchbinderei und Papierwerkstatt" }), ["company too_long doubtful"]);
  assert.deepEqual(found({ ...GOOD.DE, lines: ["Lindenweg 12 🏠", "2. Stock\tlinks"] }), ["lines unprintable doubtful"]);
  assert.deepEqual(suggested({ ...GOOD.DE, lines: ["Lindenweg 12 🏠", "2. Stock\tlinks"] }), [{ lines: ["Lindenweg 12", "2. Stock links"] }]);
  assert.deepEqual(found({ ...GOOD.DE, city: "K\u{fffd}ln" }), ["city damaged doubtful"]);
  assert.deepEqual(found({ ...GOOD.DE, company: "Blum® & Söhne™" }), []);
});

test("a territory is judged by its own rules, and by those of the country that people write it under", () => {
  const fine: readonly (readonly [country: string, postalCode: string, region?: string])[] = [
    ["PR", "00907"], ["US", "00907", "PR"], ["GU", "96910"], ["US", "96910", "GU"], ["GG", "GY1 1AA"], ["GB", "GY1 1AA"], ["JE", "JE2 3AB"], ["IM", "IM1 1AA"],
    ["RE", "97400"], ["FR", "97400"], ["GP", "97110"], ["MQ", "97200"], ["FO", "100"], ["GL", "3900"], ["DK", "3900"], ["AX", "22100"], ["FI", "22100"],
    ["SJ", "9170"], ["NO", "9170"], ["SM", "47890"], ["IT", "47890"], ["LI", "9490"], ["CH", "9490"], ["XK", "10000"],
  ];
  for (const [country, postalCode, region] of fine) {
    assert.equal(checkAddress({ lines: ["Road 5"], city: "Town", country, postalCode, ...(region && { region }) }).level, "fine", `${country} ${postalCode}`);
  }
  const faroe = { lines: ["Gøta 5"], city: "Tórshavn", country: "DK", postalCode: "FO-100" };
  assert.deepEqual(found(faroe), ["country postal_code_of_territory doubtful"]);
  assert.equal(checkAddress({ ...faroe, ...suggested(faroe)[0] }).level, "fine");
  assert.deepEqual(found({ lines: ["Road 5"], city: "Town", country: "GP", postalCode: "75001" }), ["postalCode postal_code_misfit undeliverable"]);
});

test("a country in another spelling is understood, and one that does not exist is not", () => {
  assert.deepEqual(suggested({ ...GOOD.GB, country: "UK" }), [{ country: "GB" }]);
  assert.deepEqual(found({ ...GOOD.DE, country: "de" }), ["country country_spelling fine"]);
  assert.deepEqual(found({ ...GOOD.DE, country: "ZZ" }), ["country country_unknown undeliverable"]);
});

test("no advice repeats a word of the address", () => {
  const secret = { name: "Zyxwv", lines: ["Qponm"], city: "🙂Zutsr", postalCode: "Lkjih", region: "Gfedc", country: "US" };
  const { findings } = checkAddress(secret);
  assert.ok(findings.length >= 4);
  for (const { advice } of findings) assert.doesNotMatch(advice, /Zyxwv|Qponm|Zutsr|Lkjih|Gfedc/i);
});

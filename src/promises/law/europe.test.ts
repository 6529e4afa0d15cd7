import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instant, instant, plus, type Zone } from "../../base/time.ts";
import { mayWithdraw } from "../core/may-withdraw.ts";
import { workingDaysOf } from "../holidays.ts";
import { momentIn, orderOf, promisesOf, type Told, wallOf, zoneOf } from "./testing.ts";

// Dated cases of the European Union and the United Kingdom, each by its law. Regulation 1182/71 art. 3(1) does not count
// the day of the event; art. 3(4) would move a last day that is a holiday: we do not move it, which is stricter.

interface Case extends Told {
  readonly rule: string;
  readonly due: string | undefined;
  readonly notice?: string;
  readonly becomes?: string;
}

const de = (placed: string, due: string | undefined, more: Partial<Case> = {}): Case => ({ country: "DE", placed, rule: "deliver-eu", due, ...more });
const gb = (placed: string, due: string | undefined, more: Partial<Case> = {}): Case => ({ country: "GB", placed, rule: "deliver-gb", due, ...more });

const DELIVERED: Partial<Case> = { shipped: "2026-01-07T10:00", parcel: { moving: "2026-01-07T18:00", delivered: "2026-01-09T12:00" } };
const eu = (withdrew: string, due: string | undefined, more: Partial<Case> = {}): Case => de("2026-01-05T10:00", due, { ...DELIVERED, rule: "refund-withdrawn-eu", withdrew, ...more });
const uk = (withdrew: string, due: string | undefined, more: Partial<Case> = {}): Case => gb("2026-01-05T10:00", due, { ...DELIVERED, rule: "refund-withdrawn-gb", withdrew, ...more });

const CASES: Readonly<Record<string, Case>> = {
  "2011/83/EU art. 18(1): 30 days from the contract": de("2026-03-02T10:00", "2026-04-01", { notice: "2026-03-31" }),
  "2011/83/EU art. 18(1), 1182/71 art. 3(4): ends on Good Friday, and is not moved": de("2026-03-04T10:00", "2026-04-03"),
  "2011/83/EU art. 18(1), 1182/71 art. 3(4): ends on Easter Monday, and is not moved": de("2026-03-07T10:00", "2026-04-06"),
  "2011/83/EU art. 18(1), 1182/71 art. 3(4): ends on the second day of Christmas, and is not moved": de("2026-11-26T10:00", "2026-12-26"),
  "2011/83/EU art. 18(1), 1182/71 art. 3(4): ends on New Year's Day, and is not moved": de("2026-12-02T10:00", "2027-01-01"),
  "2011/83/EU art. 18(1): 31 January and 30 days": de("2026-01-31T10:00", "2026-03-02"),
  "2011/83/EU art. 18(1): ends on 29 February": de("2028-01-30T10:00", "2028-02-29", { country: "FR", zone: "Europe/Paris" }),
  "2011/83/EU art. 18(1): begins on 29 February": de("2028-02-29T10:00", "2028-03-30", { country: "FR", zone: "Europe/Paris" }),
  "2011/83/EU art. 18(1): over the change to summer time": de("2026-03-10T10:00", "2026-04-09"),
  "2011/83/EU art. 18(1): over the change to winter time": de("2026-10-01T10:00", "2026-10-31"),
  "1182/71 art. 3(1): half past midnight is that day": de("2026-03-02T00:30", "2026-04-01"),
  "1182/71 art. 3(1): half an hour before midnight is that day": de("2026-03-02T23:30", "2026-04-01"),
  "2011/83/EU art. 18(1): paid days later, it counts from the contract": de("2026-03-02T10:00", "2026-04-01", { paid: "2026-03-06T10:00" }),
  "2011/83/EU art. 18(1): the agreed day": de("2026-03-02T10:00", "2026-03-12", { deliverBy: "2026-03-12", notice: "2026-03-11" }),
  "2011/83/EU art. 18(1): a day that was agreed for much later": de("2026-03-02T10:00", "2026-06-30", { deliverBy: "2026-06-30" }),
  "2011/83/EU art. 18(1): Ireland": de("2026-03-02T10:00", "2026-04-01", { country: "IE", zone: "Europe/Dublin" }),
  "2011/83/EU: Switzerland is no member": de("2026-03-02T10:00", undefined, { country: "CH" }),
  "2011/83/EU: Norway is no member": de("2026-03-02T10:00", undefined, { country: "NO" }),
  "2011/83/EU: the United Kingdom is no member": de("2026-03-02T10:00", undefined, { country: "GB" }),
  "2011/83/EU: an unknown country has no law": de("2026-03-02T10:00", undefined, { country: "" }),
  "2011/83/EU art. 18(1): unpaid, nothing runs": de("2026-03-02T10:00", undefined, { paid: "never" }),
  "2011/83/EU art. 18(1): delivered on the last day": de("2026-03-02T10:00", "2026-04-01", { parcel: { moving: "2026-03-20T10:00", delivered: "2026-04-01T20:00" }, becomes: "kept" }),
  "our reading: ready to be collected is delivered": de("2026-03-02T10:00", "2026-04-01", { shipped: "2026-03-19T10:00", parcel: { moving: "2026-03-20T10:00", pickup: "2026-03-24T20:00" }, becomes: "kept" }),
  "our reading: what nobody follows is not judged": de("2026-03-02T10:00", undefined, { shipped: "2026-03-19T10:00", parcel: { label: "2026-03-19T10:00" }, tracked: false }),
  "2011/83/EU art. 18(1): cancelled, nothing is owed to arrive": de("2026-03-02T10:00", undefined, { cancelled: "2026-03-05T10:00" }),
  "2011/83/EU art. 18(3), 13(1): the money within 14 days": de("2026-01-05T10:00", "2026-03-16", { rule: "refund-eu", cancelled: "2026-03-02T10:00" }),
  "2011/83/EU art. 18(3), 1182/71 art. 3(4): ends on Easter Monday": de("2026-01-05T10:00", "2026-04-06", { rule: "refund-eu", cancelled: "2026-03-23T10:00" }),
  "2011/83/EU art. 18(3): ends on a Sunday after the year's end": de("2026-01-05T10:00", "2027-01-03", { rule: "refund-eu", cancelled: "2026-12-20T10:00" }),
  "2011/83/EU art. 18(3): ends on 29 February": de("2028-01-05T10:00", "2028-02-29", { rule: "refund-eu", cancelled: "2028-02-15T10:00" }),
  "2011/83/EU art. 18(3): from the customer's own cancellation": de("2026-03-02T10:00", "2026-03-24", { rule: "refund-eu", chose: ["cancel", "2026-03-10T10:00"] }),
  "2011/83/EU art. 13(1): 14 days from the declaration": eu("2026-01-12T10:00", "2026-01-26"),
  "2011/83/EU art. 13(1), 1182/71 art. 3(1): declared a minute before midnight": eu("2026-01-12T23:59", "2026-01-26"),
  "2011/83/EU art. 13(1), 1182/71 art. 3(4): ends on a Sunday, and is not moved": eu("2026-01-11T10:00", "2026-01-25"),
  "2011/83/EU art. 13(1), 1182/71 art. 3(4): ends on Easter Monday, and is not moved": eu("2026-03-23T10:00", "2026-04-06"),
  "2011/83/EU art. 13(1): over the year's end": eu("2026-12-21T10:00", "2027-01-04"),
  "2011/83/EU art. 13(1): ends on 29 February": eu("2028-02-15T10:00", "2028-02-29", { country: "FR", zone: "Europe/Paris" }),
  "2011/83/EU art. 13(1): declared on 29 February": eu("2028-02-29T10:00", "2028-03-14", { country: "FR", zone: "Europe/Paris" }),
  "2011/83/EU art. 13(1): over the change to summer time": eu("2026-03-20T10:00", "2026-04-03"),
  "2011/83/EU art. 9(1): declared before delivery": eu("2026-01-08T10:00", "2026-01-22"),
  "2011/83/EU art. 9(1): declared before it left": eu("2026-01-06T10:00", "2026-01-20"),
  "2011/83/EU art. 13(1): paid back on the last day": eu("2026-01-12T10:00", "2026-01-26", { refunded: "2026-01-26T23:30", becomes: "kept" }),
  "2011/83/EU art. 13(1): paid back a day late is not kept": eu("2026-01-12T10:00", "2026-01-26", { refunded: "2026-01-27T00:30", becomes: "open" }),
  "2011/83/EU art. 13(1): cancelled by the shop afterwards, it is no longer": eu("2026-01-12T10:00", "2026-01-26", { cancelled: "2026-01-20T10:00" }),
  "2011/83/EU art. 13(1): cancelled before, the money has the cancellation's clock": eu("2026-01-12T10:00", undefined, { cancelled: "2026-01-08T10:00" }),
  "2011/83/EU art. 13(1): unpaid, no money is owed": eu("2026-01-12T10:00", undefined, { paid: "never" }),
  "2011/83/EU art. 13(1): a buyer in the United States has no such right": eu("2026-01-12T10:00", undefined, { country: "US" }),
  "2011/83/EU art. 13(1): a buyer in Switzerland has no such right": eu("2026-01-12T10:00", undefined, { country: "CH" }),
  "2011/83/EU art. 13(1): a buyer in the United Kingdom has their own law": eu("2026-01-12T10:00", undefined, { country: "GB" }),
  "2011/83/EU art. 18(1): withdrawn from, nothing is owed to arrive": de("2026-01-05T10:00", undefined, { withdrew: "2026-01-06T10:00" }),
  "2011/83/EU art. 18(1): withdrawn from on its way, nothing is owed to arrive": de("2026-01-05T10:00", undefined, { shipped: "2026-01-07T10:00", parcel: { moving: "2026-01-07T18:00" }, withdrew: "2026-01-08T10:00" }),
  "Consumer Contracts Regulations 2013 reg. 34: 14 days from the declaration": uk("2026-01-12T10:00", "2026-01-26"),
  "Consumer Contracts Regulations 2013 reg. 34: ends on Boxing Day": uk("2026-12-12T10:00", "2026-12-26"),
  "Consumer Contracts Regulations 2013 reg. 34: ends on 29 February": uk("2028-02-15T10:00", "2028-02-29"),
  "Consumer Contracts Regulations 2013: a buyer in Germany has their own law": uk("2026-01-12T10:00", undefined, { country: "DE" }),
  "policy: a team's own clock of a withdrawal is two days shorter": eu("2026-01-12T10:00", "2026-01-24", { rule: "escalate-withdrawn" }),
  "policy: withdrawn from before it left, somebody cancels it in the shop": eu("2026-01-06T10:00", "2026-01-07", { rule: "cancel-in-shop" }),
  "policy: withdrawn from once it had left, nothing is to be cancelled": eu("2026-01-12T10:00", undefined, { rule: "cancel-in-shop" }),
  "Consumer Rights Act 2015 s. 28(3): 30 days from the contract": gb("2026-03-02T10:00", "2026-04-01", { notice: "2026-03-31" }),
  "Consumer Rights Act 2015 s. 28(3): ends on Good Friday": gb("2026-03-04T10:00", "2026-04-03"),
  "Consumer Rights Act 2015 s. 28(3): ends on the day that Boxing Day is moved to": gb("2026-11-28T10:00", "2026-12-28"),
  "Consumer Rights Act 2015 s. 28(3): over the change to summer time": gb("2026-03-15T10:00", "2026-04-14"),
  "Consumer Rights Act 2015 s. 28(3): the agreed day": gb("2026-03-02T10:00", "2026-03-09", { deliverBy: "2026-03-09" }),
  "Consumer Rights Act 2015 s. 28(3): 30 January in a leap year": gb("2028-01-30T10:00", "2028-02-29"),
  "Consumer Rights Act 2015 s. 28(9): the money, ends on the day that Boxing Day is moved to": gb("2026-01-05T10:00", "2026-12-28", { rule: "refund-gb", cancelled: "2026-12-14T10:00" }),
  "policy: 72 hours where no day was told": de("2026-03-06T16:00", "2026-03-09T16:00", { rule: "ship-72h" }),
  "policy: 72 hours over the change to summer time": de("2026-03-27T16:00", "2026-03-30T17:00", { rule: "ship-72h" }),
  "policy: not where a day was told": de("2026-03-06T16:00", undefined, { rule: "ship-72h", shipBy: "2026-04-01" }),
  "policy: from the payment, where it came later": de("2026-03-06T16:00", "2026-03-12T09:00", { rule: "ship-72h", paid: "2026-03-09T09:00" }),
  "policy: all the money given back, nothing is owed to leave": de("2026-03-06T16:00", undefined, { rule: "ship-72h", refunded: "2026-03-07T09:00" }),
  "statement: the day that was told": de("2026-03-06T16:00", "2026-04-01", { rule: "ship-stated", shipBy: "2026-04-01", notice: "2026-03-31" }),
  "statement: the day to which it was moved is owed as well": de("2026-03-06T16:00", "2026-04-11", { rule: "ship-revised", shipBy: "2026-04-01", moved: [["2026-03-20T10:00", "2026-04-11"]] }),
};

for (const [name, { rule, due, notice, becomes, ...told }] of Object.entries(CASES)) {
  test(name, () => {
    const zone = zoneOf(told);
    const found = promisesOf(told, instant(0)).filter((promise) => promise.rule === rule && promise.state !== "superseded");
    assert.deepEqual(found.map(({ dueAt }) => wallOf(dueAt, zone)), due === undefined ? [] : [due]);
    for (const { warnAt, state } of found) {
      if (notice !== undefined) assert.equal(warnAt && wallOf(warnAt, zone), notice);
      if (becomes !== undefined) assert.equal(state, becomes);
    }
  });
}

// How long the order's page takes a withdrawal: here the last day that is not worked is moved, because the time is the customer's.
const LAST_DAYS: Readonly<Record<string, readonly [told: Partial<Told>, last: string | undefined]>> = {
  "2011/83/EU art. 9(2)(b): 14 days from delivery": [delivered("2026-03-02T12:00"), "2026-03-16"],
  "1182/71 art. 3(4): ends on a Saturday, is moved to Monday": [delivered("2026-03-07T12:00"), "2026-03-23"],
  "1182/71 art. 3(4): ends on a Sunday, is moved to Monday": [delivered("2026-03-08T12:00"), "2026-03-23"],
  "1182/71 art. 3(4): ends on Good Friday, is moved past Easter Monday": [delivered("2026-03-20T12:00"), "2026-04-07"],
  "1182/71 art. 3(4): ends on New Year's Day, a Friday, is moved to Monday": [delivered("2026-12-18T12:00"), "2027-01-04"],
  "2011/83/EU art. 9(2)(b): ends on 29 February": [{ ...delivered("2028-02-15T12:00"), country: "FR", zone: "Europe/Paris" }, "2028-02-29"],
  "2011/83/EU art. 9(2)(b): ready to be collected is not yet in their hands": [{ parcel: { moving: "2026-03-01T18:00", pickup: "2026-03-02T12:00" } }, undefined],
  "2011/83/EU art. 9: not delivered, it does not end": [{}, undefined],
};

function delivered(wall: string): Partial<Told> {
  return { parcel: { moving: "2026-01-07T18:00", delivered: wall } };
}

for (const [name, [told, last]] of Object.entries(LAST_DAYS)) {
  test(`${name}: the order's page takes a withdrawal until then`, () => {
    const whole: Told = { country: "DE", placed: "2026-01-05T10:00", ...told };
    const zone = zoneOf(whole);
    const takes = (now: Instant): boolean => mayWithdraw(orderOf(whole), now, workingDaysOf(whole.country ?? "", zone));
    const end = momentIn(last ?? "2029-12-31", zone);
    assert.deepEqual([takes(end), takes(plus(end, 1))], [true, last === undefined]);
  });
}

test("the order's page takes a withdrawal once, of a buyer in the EU alone, and of no order that is called off", () => {
  const takes = (told: Partial<Told>): boolean => mayWithdraw(orderOf({ country: "DE", placed: "2026-01-05T10:00", ...told }), momentIn("2026-01-12", "Europe/Berlin" as Zone), workingDaysOf("DE", "Europe/Berlin" as Zone));
  assert.deepEqual([{}, { withdrew: "2026-01-06T10:00" }, { cancelled: "2026-01-06T10:00" }, { country: "US" }, { country: "" }].map(takes), [true, false, false, false, false]);
});

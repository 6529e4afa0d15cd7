import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, instant, plus } from "../../base/time.ts";
import { promisesOf, type Told, wallOf, zoneOf } from "./testing.ts";

// Dated cases of 16 CFR 435, each by its section: what happened, which clock, when it is due, and when its notice comes
// at the latest (the case opens then). Days are those of the store's zone, New York where none is named.

interface Case extends Told {
  readonly rule: string;
  /** A day is its last moment; undefined: no such clock. */
  readonly due: string | undefined;
  readonly notice?: string;
  readonly becomes?: string;
}

const MORNING = "2026-03-02T10:00";
const STATED = { placed: MORNING, shipBy: "2026-03-20T18:00" } as const;
const of435 = (cases: Readonly<Record<string, Case>>): readonly (readonly [string, Case])[] => Object.entries(cases);

const SHIP = of435({
  "435.2(a)(1)(ii): 30 days from the order": { placed: MORNING, rule: "ship-us", due: "2026-04-01", notice: "2026-03-31" },
  "435.2(a)(1)(ii): 31 January and 30 days are 2 March": { placed: "2026-01-31T10:00", rule: "ship-us", due: "2026-03-02" },
  "435.2(a)(1)(ii): ends on 29 February": { placed: "2028-01-30T10:00", rule: "ship-us", due: "2028-02-29", notice: "2028-02-28" },
  "435.2(a)(1)(ii): over 29 February": { placed: "2028-01-31T10:00", rule: "ship-us", due: "2028-03-01" },
  "435.2(a)(1)(ii): over the year's end": { placed: "2026-12-15T10:00", rule: "ship-us", due: "2027-01-14" },
  "435.2(a)(1)(ii): late in the evening is that day": { placed: "2026-03-02T23:50", rule: "ship-us", due: "2026-04-01" },
  "435.2(a)(1)(ii): just after midnight is the next day": { placed: "2026-03-03T00:01", rule: "ship-us", due: "2026-04-02" },
  "435.2(a)(1)(ii): over the change to summer time": { placed: "2026-02-15T10:00", rule: "ship-us", due: "2026-03-17", notice: "2026-03-16" },
  "435.2(a)(1)(ii): over the change to winter time": { placed: "2026-10-15T10:00", rule: "ship-us", due: "2026-11-14" },
  "435.2(a)(1)(ii): a Saturday moves nothing": { placed: "2026-03-05T10:00", rule: "ship-us", due: "2026-04-04" },
  "435.2(a)(1)(ii): Thanksgiving moves nothing": { placed: "2026-10-27T10:00", rule: "ship-us", due: "2026-11-26" },
  "435.2(a)(1)(ii): Independence Day moves nothing": { placed: "2026-06-04T10:00", rule: "ship-us", due: "2026-07-04" },
  "435.2(a)(1)(ii): in Los Angeles it is still the day before": { placed: "2026-03-02T22:30", zone: "America/Los_Angeles", rule: "ship-us", due: "2026-04-01" },
  "435.2(a)(1)(ii): a German store counts its own days": { placed: "2026-03-02T01:00", zone: "Europe/Berlin", rule: "ship-us", due: "2026-04-01" },
  "435.1(c): the order is complete once it is paid": { placed: MORNING, paid: "2026-03-06T09:00", rule: "ship-us", due: "2026-04-05" },
  "435.1(c): authorised with the order, taken on shipping": { placed: MORNING, captured: "2026-03-20T09:00", rule: "ship-us", due: "2026-04-01" },
  "435.1(c): unpaid, nothing runs": { placed: MORNING, paid: "never", rule: "ship-us", due: undefined },
  "435.2(a)(1)(i): the stated time": { ...STATED, rule: "ship-us", due: "2026-03-20T18:00", notice: "2026-03-19T18:00" },
  "435.2(a)(1)(i): a stated time of two months": { placed: MORNING, shipBy: "2026-05-01", rule: "ship-us", due: "2026-05-01", notice: "2026-04-30" },
  "435.2(a)(1)(i): told again later, the first stands": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-10"]], rule: "ship-us", due: "2026-03-20T18:00" },
  "435.2(a)(1)(i): the warehouse's date, told with the order": { placed: MORNING, workDueBy: ["2026-03-02T11:00", "2026-04-20"], rule: "ship-us", due: "2026-04-20" },
  "435.2(a)(1)(i): the warehouse's date, told days later, is no stated time": { placed: MORNING, workDueBy: ["2026-03-07T11:00", "2026-04-20"], rule: "ship-us", due: "2026-04-01" },
  "435.2(a)(1): a buyer elsewhere has another law": { placed: MORNING, country: "CA", zone: "America/Toronto", rule: "ship-us", due: undefined },
  "435.2(b)(1): asked as soon as another date is known": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-10"]], rule: "ship-us", due: "2026-03-20T18:00", notice: "2026-03-10T10:00" },
  "435.2(b)(1): what is promised for the evening is not late at noon": { placed: MORNING, shipBy: "2026-03-02T20:00", rule: "ship-us", due: "2026-03-02T20:00", notice: "2026-03-02T15:00" },
  "435.2(b)(1): shipped in time, kept": { ...STATED, shipped: "2026-03-20T17:59", rule: "ship-us", due: "2026-03-20T18:00", becomes: "kept" },
  "435.2(c)(1): cancelled in time, nothing is owed to leave": { ...STATED, cancelled: "2026-03-05T10:00", rule: "ship-us", due: undefined },
});

const CONSENT = of435({
  "435.2(b)(1)(iii): no date, 30 days after the stated time": { ...STATED, rule: "consent-us", due: "2026-04-19", notice: "2026-04-18" },
  "435.2(b)(1)(iii): no time stated and no date, 30 and 30 days": { placed: MORNING, rule: "consent-us", due: "2026-05-01" },
  "435.2(b)(1)(iii): over 29 February": { placed: "2028-01-10T10:00", shipBy: "2028-01-31T12:00", rule: "consent-us", due: "2028-03-01" },
  "435.2(b)(1)(ii): one date within 30 days, silence agrees until it": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-10"]], rule: "consent-us", due: "2026-04-10", notice: "2026-04-09" },
  "435.2(b)(1)(ii): the thirtieth day is within": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-19"]], rule: "consent-us", due: "2026-04-19" },
  "435.2(b)(1)(iii): the thirty-first day is not": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-20"]], rule: "consent-us", due: "2026-04-19" },
  "435.2(b)(1)(ii): told after the first notice, silence agrees to nothing": { ...STATED, moved: [["2026-03-20T10:00", "2026-04-10"]], rule: "consent-us", due: "2026-04-19" },
  "435.2(b)(2): a second date, silence agrees to the first alone": { ...STATED, moved: [["2026-03-10T10:00", "2026-04-01"], ["2026-03-25T10:00", "2026-04-15"]], rule: "consent-us", due: "2026-04-01" },
  "435.2(b)(1)(iii)(B): express consent to a date": { ...STATED, moved: [["2026-03-10T10:00", "2026-05-20"]], chose: ["wait", "2026-03-11T10:00", "2026-05-20"], rule: "consent-us", due: "2026-05-20" },
  "435.2(b)(1)(iii): express consent without a date ends the clock": { ...STATED, chose: ["wait", "2026-03-21T10:00"], rule: "consent-us", due: "2026-04-19", becomes: "kept" },
  "435.2(b)(1)(iii)(A): shipped within 30 days": { ...STATED, shipped: "2026-04-10T10:00", rule: "consent-us", due: "2026-04-19", becomes: "kept" },
  "435.2(c)(1): cancelled before shipment, its money is owed": { ...STATED, chose: ["cancel", "2026-03-19T20:00"], rule: "refund-us", due: "2026-03-30" },
  "435.2(c)(1): after shipment it is too late to cancel": { ...STATED, shipped: "2026-03-18T10:00", chose: ["cancel", "2026-03-19T20:00"], rule: "refund-us", due: undefined },
  "435.2(c)(2): deemed cancelled, its money is owed from then": { ...STATED, deemed: "2026-04-19", rule: "refund-us", due: "2026-04-28" },
  "435.2(c)(2): shipped before, it was not deemed cancelled": { ...STATED, shipped: "2026-04-18T10:00", deemed: "2026-04-19", rule: "refund-us", due: undefined },
  "435.2(c)(2): nobody follows its parcel, whose label was made before": { ...STATED, parcel: { label: "2026-04-18T10:00" }, tracked: false, deemed: "2026-04-19", rule: "refund-us", due: undefined },
  "435.2(c)(2): a label that was made later came too late": { ...STATED, parcel: { label: "2026-04-20T10:00" }, tracked: false, deemed: "2026-04-19", rule: "refund-us", due: "2026-04-28" },
  "435.2(c)(2): of a parcel that a tracker follows its label says nothing": { ...STATED, parcel: { label: "2026-04-18T10:00", moving: "2026-04-20T10:00" }, deemed: "2026-04-19", rule: "refund-us", due: "2026-04-28" },
  "435.2(c)(2): the shop is to hear of it within a day": { ...STATED, chose: ["cancel", "2026-03-19T20:00"], home: "US", rule: "cancel-in-shop", due: "2026-03-23" },
});

const cancelledOn = (cancelled: string, due: string, more: Partial<Case> = {}): Case => ({ placed: "2026-01-05T10:00", cancelled: `${cancelled}T10:00`, rule: "refund-us", due, ...more });

const REFUND = of435({
  "435.1(b)(1): 7 working days": cancelledOn("2026-03-02", "2026-03-11"),
  "435.1(b)(1): two weekends": cancelledOn("2026-03-06", "2026-03-17"),
  "435.1(b)(1): from a Saturday": cancelledOn("2026-03-07", "2026-03-17"),
  "435.1(b)(1): after hours is that day": cancelledOn("2026-03-02", "2026-03-11", { cancelled: "2026-03-02T22:00" }),
  "435.1(b)(1): Memorial Day": cancelledOn("2026-05-20", "2026-06-01"),
  "435.1(b)(1): Juneteenth": cancelledOn("2026-06-15", "2026-06-25"),
  "435.1(b)(1): Independence Day on a Saturday, observed on Friday": cancelledOn("2026-06-29", "2026-07-09"),
  "435.1(b)(1): Labor Day": cancelledOn("2026-09-03", "2026-09-15"),
  "435.1(b)(1): Columbus Day": cancelledOn("2026-10-05", "2026-10-15"),
  "435.1(b)(1): Veterans Day": cancelledOn("2026-11-06", "2026-11-18"),
  "435.1(b)(1): Thanksgiving, and the day after is worked": cancelledOn("2026-11-23", "2026-12-03"),
  "435.1(b)(1): Christmas": cancelledOn("2026-12-18", "2026-12-30"),
  "435.1(b)(1): Christmas and New Year": cancelledOn("2026-12-23", "2027-01-05"),
  "435.1(b)(1): Martin Luther King Day": cancelledOn("2027-01-14", "2027-01-26"),
  "435.1(b)(1): Washington's Birthday": cancelledOn("2027-02-12", "2027-02-24"),
  "435.1(b)(1): both observed on the Friday before": cancelledOn("2027-12-22", "2028-01-04"),
  "435.1(b)(1): 29 February is worked": cancelledOn("2028-02-22", "2028-03-02"),
  "435.1(b)(1): a German store's May Day is worked in the US": cancelledOn("2026-04-30", "2026-05-11", { zone: "Europe/Berlin" }),
  "435.1(b)(1): a German store's week knows Memorial Day": cancelledOn("2026-05-20", "2026-06-01", { zone: "Europe/Berlin" }),
  "435.1(b)(1): somebody is paged on the fifth": cancelledOn("2026-05-20", "2026-05-28", { rule: "escalate-us" }),
  "Visa 13.6, 13.7: somebody is paged three days before the fifteenth": cancelledOn("2026-05-20", "2026-06-01", { rule: "dispute-risk" }),
  "435.1(b)(1): given back in time": cancelledOn("2026-03-02", "2026-03-11", { refunded: "2026-03-11T23:00", becomes: "kept" }),
});

for (const [name, { rule, due, notice, becomes, ...told }] of [...SHIP, ...CONSENT, ...REFUND]) {
  test(`16 CFR ${name}`, () => {
    const zone = zoneOf(told);
    const found = promisesOf(told, instant(0)).filter((promise) => promise.rule === rule && promise.state !== "superseded");
    assert.deepEqual(found.map(({ dueAt }) => wallOf(dueAt, zone)), due === undefined ? [] : [due]);
    for (const { warnAt, dueAt, state } of found) {
      if (notice !== undefined) assert.equal(warnAt && wallOf(warnAt, zone), notice);
      // 435.2(b)(1): in no event later than the time itself, so that four hours for the first word are well before it.
      if (rule === "ship-us") assert.ok(warnAt !== undefined && plus(warnAt, 4 * HOUR) < dueAt);
      if (becomes !== undefined) assert.equal(state, becomes);
    }
  });
}

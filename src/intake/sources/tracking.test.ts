import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../../base/time.ts";
import { MAX_SCANS, parcelTellings, refined, type Scan, type Tracked, trackingRefs } from "./tracking.ts";

const parcel = (scans: readonly Scan[], more: Partial<Tracked> = {}): Tracked => ({
  parcelId: "tracker/1", tracking: "JD 01", scans, now: { ...(scans.at(-1) ?? { status: "unknown" }), at: instant(99) }, ...more,
});
const scan = (at: number, status: Scan["status"] = "moving", why?: Scan["why"]): Scan => ({ at: instant(at), status, why });
const told = (tracked: Tracked) => parcelTellings(tracked).map(({ at, fact }) => (fact.kind === "parcel.recorded" ? [at, fact.status, fact.why, fact.expectedBy] : []));

test("one number written in several ways is one name, and no number is no name", () => {
  assert.deepEqual(trackingRefs("jd 0146-0000 1", "JD014600001", null, " ", "0".repeat(101)), ["tracking/JD014600001"]);
});

test("each scan is told once at its own time, oldest first", () => {
  assert.deepEqual(told(parcel([scan(5), scan(2, "label"), scan(5)])), [[2, "label", undefined, undefined], [5, "moving", undefined, undefined]]);
});

test("an estimate stands beside the newest scan and changes no scan, so that a scan told again is the same", () => {
  const before = parcelTellings(parcel([scan(2), scan(5)], { expectedBy: instant(50) }));
  const after = parcelTellings(parcel([scan(2), scan(5), scan(7)], { expectedBy: instant(60) }));
  assert.deepEqual(before.slice(0, 2), after.slice(0, 2));
  assert.deepEqual(told(parcel([scan(2), scan(5), scan(7)], { expectedBy: instant(60) })).at(-1), [7, "moving", undefined, 60]);
});

test("what has come to an end is not expected any more", () => {
  for (const status of ["delivered", "returning", "failed"] as const) assert.deepEqual(told(parcel([scan(5, status)], { expectedBy: instant(50) })), [[5, status, undefined, undefined]]);
});

test("a state that the tracker knows and no scan says is told at the newest scan's time, and at its own before the first", () => {
  assert.deepEqual(told(parcel([scan(5)], { now: scan(99, "failed", "lost") })), [[5, "moving", undefined, undefined], [5, "failed", "lost", undefined]]);
  assert.deepEqual(told(parcel([], { now: scan(99, "label") })), [[99, "label", undefined, undefined]]);
});

test("a parcel of which the carrier knows nothing yet says nothing", () => {
  assert.deepEqual(told(parcel([])), []);
});

test("of an endless history the newest scans are told", () => {
  const all = told(parcel(Array.from({ length: MAX_SCANS + 50 }, (_, at) => scan(at))));
  assert.deepEqual([all.length, all[0]?.[0]], [MAX_SCANS, 50]);
});

test("a finer word changes what is under way, and never what has been delivered", () => {
  assert.deepEqual(refined("moving", { status: "delayed", why: "weather" }), { status: "delayed", why: "weather" });
  assert.deepEqual(refined("returning", { status: "attempt_failed", why: "refused" }), { status: "returning", why: "refused" });
  assert.deepEqual(refined("delivered", { status: "delayed", why: "damaged" }), { status: "delivered", why: undefined });
});

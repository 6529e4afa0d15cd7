import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, instant } from "../base/time.ts";
import { startDuty } from "./duties.ts";
import { silentLog } from "./log.ts";

const clock = { now: () => instant(1_000), pace: 1 };

/** A duty that waits for ever unless woken; resolves `ran` on its nth run. */
function countedRuns() {
  let runs = 0;
  const waiters: { n: number; resolve: () => void }[] = [];
  const run = async () => {
    runs += 1;
    for (const waiter of waiters) if (runs >= waiter.n) waiter.resolve();
    return { worked: 0 };
  };
  const reached = (n: number) => new Promise<void>((resolve) => (runs >= n ? resolve() : waiters.push({ n, resolve })));
  return { run, reached };
}

test("a duty with nothing to do rests until it is woken", async () => {
  const { run, reached } = countedRuns();
  const duty = startDuty({ name: "idle", every: DAY, run }, clock, silentLog);
  await reached(1);
  duty.wake();
  await reached(2);
  await duty.stop();
});

test("a duty that found work looks again at once", async () => {
  let left = 3;
  const done = Promise.withResolvers<void>();
  const run = async () => {
    if (left === 0) done.resolve();
    return { worked: left === 0 ? 0 : left-- };
  };
  const duty = startDuty({ name: "busy", every: DAY, run }, clock, silentLog);
  await done.promise;
  await duty.stop();
  assert.equal(left, 0);
});

test("a duty with two lanes has two batches under way at once, and stops when both have ended", async () => {
  const bothRun = Promise.withResolvers<void>();
  let underWay = 0;
  const run = async () => {
    underWay += 1;
    if (underWay === 2) bothRun.resolve();
    await bothRun.promise;
    underWay -= 1;
    return { worked: 0 };
  };
  const duty = startDuty({ name: "wide", every: DAY, lanes: 2, run }, clock, silentLog);
  await bothRun.promise;
  await duty.stop();
  assert.equal(underWay, 0);
});

test("a wake-up that comes while a batch is under way is not lost", async () => {
  const second = Promise.withResolvers<void>();
  let runs = 0;
  const duty = startDuty(
    {
      name: "raced",
      every: DAY,
      run: async () => {
        runs += 1;
        await Promise.resolve(); // startDuty has returned by now
        if (runs === 1) duty.wake();
        else second.resolve();
        return { worked: 0 };
      },
    },
    clock,
    silentLog,
  );
  await second.promise;
  await duty.stop();
  assert.equal(runs, 2);
});

test("a duty that fails is reported and tried again", async () => {
  const reported: string[] = [];
  const again = Promise.withResolvers<void>();
  let runs = 0;
  const duty = startDuty(
    {
      name: "failing",
      every: DAY,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error("the database is away");
        again.resolve();
        return { worked: 0 };
      },
    },
    clock,
    { ...silentLog, error: (fields) => reported.push(String(fields["duty"])) },
  );
  await new Promise<void>((resolve) => setImmediate(resolve));
  duty.wake();
  await again.promise;
  await duty.stop();
  assert.deepEqual(reported, ["failing"]);
});

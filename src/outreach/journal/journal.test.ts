import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { instant } from "../../base/time.ts";
import { fileJournal } from "./file-journal.ts";
import { memoryJournal } from "./memory-journal.ts";
import type { SentJournal } from "./sent-journal.ts";

const AT = instant(1_000_000);
const LATER = instant(2_000_000);
const folder = mkdtempSync(join(tmpdir(), "journal-"));
after(() => rmSync(folder, { recursive: true }));

function contract(name: string, make: () => SentJournal): void {
  describe(name, () => {
    test("what was noted and not settled is found again, with its provider", () => {
      const journal = make();
      journal.note("claim-1", { messageId: "m1", provider: "first" }, AT);
      journal.note("claim-1", { messageId: "m2", provider: "second" }, AT);
      assert.deepEqual(journal.unrecorded(LATER), [
        { claimId: "claim-1", since: AT, sent: [{ messageId: "m1", provider: "first" }, { messageId: "m2", provider: "second" }] },
      ]);
      journal.settle("claim-1");
    });
    test("what is settled is forgotten", () => {
      const journal = make();
      journal.note("claim-2", { messageId: "m1", provider: "first" }, AT);
      journal.settle("claim-2");
      assert.deepEqual(journal.unrecorded(LATER), []);
    });
    test("a claim that may still be under way is left alone", () => {
      const journal = make();
      journal.note("claim-3", { messageId: "m1", provider: "first" }, LATER);
      assert.deepEqual(journal.unrecorded(AT), []);
      journal.settle("claim-3");
    });
  });
}

contract("a journal in a folder", () => fileJournal(folder));
contract("a journal in memory", memoryJournal);

test("another process reads what a killed one noted, but for the line that was cut short", () => {
  const killed = fileJournal(folder);
  killed.note("claim-4", { messageId: "m1", provider: "first" }, AT);
  appendFileSync(join(folder, "claim-4"), "m2 fir");
  assert.deepEqual(fileJournal(folder).unrecorded(LATER), [{ claimId: "claim-4", since: AT, sent: [{ messageId: "m1", provider: "first" }] }]);
});

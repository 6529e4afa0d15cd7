import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { saysWhatToDo } from "../../src/base/signature-contract.ts";
import { MAIL_SOURCE } from "../../src/outreach/index.ts";
import { checkSignature } from "./check-signatures.ts";
import { checkNamedTest, checkUnread } from "./named-tests.ts";
import { readDeliveries } from "./read-deliveries.ts";
import { readEvidenceFiles } from "./read-evidence.ts";
import { filesOf, inputFiles, type Outcome, readTable, REAL_INPUT, rewrite } from "./table.ts";

const skip = existsSync(REAL_INPUT) ? false : `${REAL_INPUT} is not there: the recorded deliveries of vendors are needed for this test`;
const table = readTable();
const seen = new Map<string, Outcome>();
after(() => {
  // Set it to write the table anew after a change of meaning, and read the difference before committing it.
  if (process.env["MAKEGOOD_WRITE_EXPECTED"]) rewrite(seen);
});

test("every file of real-input has a row in the table, and every row a file", { skip }, () => {
  const files = inputFiles();
  assert.deepEqual(files.filter((file) => !Object.hasOwn(table, file)), [], "these files have no row: give each its reader in test/real-input/expected.json");
  assert.deepEqual(Object.keys(table).filter((file) => !files.includes(file)), [], "these rows have no file");
});

async function outcomesOf(reader: string, files: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  const [kind, ...rest] = reader.split(" ");
  const who = rest.join(" ");
  const each = (outcome: (file: string) => Outcome) => new Map(files.map((file) => [file, outcome(file)]));
  switch (kind) {
    case "source":
      return readDeliveries(who, files);
    case "evidence":
      return readEvidenceFiles(who, files);
    case "mail":
      return readEvidenceFiles(MAIL_SOURCE, files);
    case "signature":
      return each((file) => checkSignature(who, file));
    case "test":
      return each((file) => checkNamedTest(who, file));
    case "none":
      return each((file) => checkUnread(file, table[file]?.ended ?? ""));
    default:
      throw new Error(`No reader "${reader}" is known`);
  }
}

/** A delivery ends read, waiting for its order, laid aside with a reason, or in quarantine with one. */
const ENDED = /^(?:applied|waiting|ignored: .+|quarantined: .+|verified: .+|compared by this test|unread: .+)$/s;

for (const reader of new Set(Object.values(table).map((row) => row.reader))) {
  const files = filesOf(table, reader);
  test(`${reader}: ${files.length} files become what the table says, none is lost, and what is laid aside says why`, { skip }, async (t) => {
    const outcomes = await outcomesOf(reader, files);
    for (const [file, outcome] of outcomes) {
      seen.set(file, outcome);
      t.diagnostic([`${file}: ${outcome.ended}`, ...outcome.became].join("\n    "));
    }
    for (const [file, { ended }] of outcomes) {
      assert.match(ended, ENDED, `${file} was lost`);
      assert.ok(!ended.startsWith("quarantined") || saysWhatToDo(ended), `${file} is in quarantine, and its reason says not what to do: ${ended}`);
    }
    const expected = Object.fromEntries(files.map((file) => [file, { became: table[file]?.became, ended: table[file]?.ended }]));
    assert.deepEqual(Object.fromEntries([...outcomes].sort()), Object.fromEntries(Object.entries(expected).sort()));
  });
}

import { MAX_ROW_CHARACTERS } from "./csv.ts";
import { IMPORT_BATCH, MAX_IMPORT_BYTES, REPORT_KEPT } from "./import-file.ts";
import { DAY } from "../../base/time.ts";
import { type Sheet, SHEETS } from "./sheets.ts";

const MIB = 1_048_576;

/** docs/imports.md: how a store brings its files, and the columns of each, from the sheets themselves. */
export function importsGuide(): string {
  return [INTRODUCTION, ...SHEETS.map(section), MIXED].join("\n\n").concat("\n");
}

const INTRODUCTION = `# Importing files

<!-- Written by \`node checks/regenerate.ts docs/imports.md\` from src/intake/imports; do not edit. -->

A store brings its orders, payments, refunds and parcels as CSV:

\`\`\`sh
node bin/makegood.mjs import orders.csv --as orders --source shop --config makegood.yaml
curl --data-binary @orders.csv -H "Authorization: Bearer $KEY" -H "Content-Type: text/csv" \\
  "https://makegood.example/v1/imports?source=shop&as=orders"
\`\`\`

The key is one of the store's \`apiKeys\`, or that of a CloudEvents source, which speaks for that source alone.

## Whose rows they are

Rows speak for a source of the configuration, and their ids are that source's: \`--source shop\` makes \`5501\` the order \`shop/5501\`, the very order that the webhooks of \`shop\` tell of. So write ids as the source's webhooks have them. Many shops' exports show the number that customers see (\`#1001\`) and keep the id in a column of its own; the number goes into \`reference\`. An id with a slash names another source: \`payments/re_1\`.

For a system that has no webhooks here, configure a source of the type \`cloudevents\` and import under its name.

## History, and news

An import tells of the past, and **nobody hears of it**. Orders, payments and refunds come into the ledger: a refund that is still owed is owed, and \`reconcile\` shows it. But a case about anything that had gone wrong by the time it was imported is *excused (history)*: it has no notice, asks no question, and balances. This holds whatever the playbooks' \`golive\`, and in shadow mode as well: it is not listed as something that would have been said.

- What goes wrong **after** the import is news: an imported refund that is not overdue yet and becomes so is told.
- What a live source told as well is its word: history takes no word back, and a webhook's later word of an imported refund is news. A case that was excused before stays so. So import up to the day from which webhooks came, not beyond it: a cancellation that is imported before its webhook arrives is history.
- \`--news\` (\`history=false\`) makes a file count like webhooks: cases are due, and the import is a word of its source. For a system that is exported every night, say so, and set the source's \`silentAfter\` and \`lagAfter\` to more than a day.

A row that is known, from the same file or another one, is a duplicate and changes nothing, whether it comes as history or as news. An import that was interrupted is simply repeated.

## The file

- UTF-8, with or without a byte order mark; comma, semicolon or tab; quotes as usual, line breaks within them too. At most ${MAX_IMPORT_BYTES / MIB} MiB, a row at most ${MAX_ROW_CHARACTERS / 1_024} KiB.
- The first line names the columns, in any order. Case, spaces and underscores make no difference. Columns that are not listed here are not read; the answer names them.
- A moment has its offset (\`2026-02-03T14:30:00+01:00\`), or is taken in the store's \`zone\` (\`2026-02-03 14:30\`, \`2026-02-03\`).
- A sum is \`49.90\`, \`49,90\`, \`1.249,90\` or \`1,249.90\`. \`1,249\` could be two sums and is rejected.
- What each column may hold is what the fact of the same name may hold in a CloudEvent (\`/v1/events\`).

The file is read as it comes, ${IMPORT_BATCH} rows a transaction. The answer counts rows, those kept, duplicates and rejects; \`GET /v1/imports\` and \`GET /v1/imports/:id\` show how far one is (\`reading\` with an old \`readAt\` was cut off by a crash: repeat it). A row that does not fit is rejected with its line, column, what is wrong and what to do, never with what stood there, and the others go on. The whole report is CSV: \`GET /v1/imports/:id/rejects.csv\` for ${REPORT_KEPT / DAY} days, or the file that the command writes.

Kept rows are read by the worker when no webhook waits.`;

const MIXED = `## Several sheets in one file

Without \`--as\` each row says what it is in a column \`kind\`: ${SHEETS.map(({ kind, name }) => `\`${kind}\` (${name})`).join(", ")}.

\`\`\`csv
kind,order_id,at,placed_at,total,currency,refund_id,status,cancel_reason
order.recorded,5501,,2026-02-03,49.90,EUR,,,
order.cancelled,5501,2026-02-04 08:00,,,,,,inventory
refund.recorded,5501,2026-02-05 10:00,,49.90,EUR,r-1,succeeded,
\`\`\``;

function section({ name, row, columns, example }: Sheet): string {
  const lines = columns.map((column) => `| \`${column.name}\`${column.required ? " (needed)" : ""} | ${(column.also ?? []).map((also) => `\`${also}\``).join(", ")} | ${column.meaning.replaceAll("|", "\\|")} |`);
  return [`## \`--as ${name}\``, `Each row is ${row}.`, ["| column | also | what it holds |", "|---|---|---|", ...lines].join("\n"), ["```csv", ...example, "```"].join("\n")].join("\n\n");
}

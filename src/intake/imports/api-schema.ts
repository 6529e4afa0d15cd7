import { z } from "zod";
import { SHEET_NAMES } from "./sheets.ts";

// What /v1/openapi.json says of imports. Answers are made by our own code; these document them.

const json = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: "draft-7" });

const problem = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), next: z.string() }).loose();

const counts = {
  rows: z.int().describe("Rows below the header."),
  kept: z.int(),
  duplicates: z.int().describe("Rows that had come before, in this file or another one."),
  rejected: z.int(),
};

const reject = z.object({ line: z.int().describe("On which line the row begins."), column: z.string().nullable(), what: z.string(), next: z.string() });

const report = z.object({
  id: z.uuid(),
  source: z.string(),
  history: z.boolean(),
  ...counts,
  ignored: z.array(z.string()).describe("Columns that were not read."),
  rejects: z.array(reject).describe("The first thousand."),
  report: z.string().describe("Where all of them can be had as CSV, for 30 days."),
});

const one = z.object({
  id: z.uuid(),
  source: z.string(),
  sheet: z.enum(SHEET_NAMES).nullable(),
  imported: z.enum(["history", "news"]),
  beganAt: z.int().describe("Milliseconds since 1970."),
  readAt: z.int().describe("When the last of its rows was kept."),
  state: z.enum(["reading", "read", "stopped"]),
  problem: z.string().nullable(),
  ...counts,
});

const query = z.object({
  source: z.string().optional().describe("The configured source whose ids the file has; the key's own where it speaks for one."),
  as: z.enum(SHEET_NAMES).optional().describe("What each row is; absent where a column `kind` says it."),
  history: z.enum(["true", "false"]).optional().describe("`false`: it is news, like what a webhook tells. Otherwise nobody hears of it."),
});

const common = { tags: ["imports"], security: [{ key: [] }] };
const answers = (schema: object): object => ({ 200: schema, "4xx": json(problem), "5xx": json(problem) });

export const importApi = {
  bring: { ...common, summary: "Bring orders, payments, refunds or parcels as CSV.", consumes: ["text/csv"], querystring: json(query), response: answers({ description: "It was read to its end.", ...json(report) }) },
  list: { ...common, summary: "The newest imports, those under way among them.", response: answers({ description: "The newest first.", ...json(z.object({ imports: z.array(one) })) }) },
  one: { ...common, summary: "How far an import is.", response: answers({ description: "The import.", ...json(one) }) },
  rejects: { ...common, summary: "What was rejected, as CSV.", produces: ["text/csv"], response: { "4xx": json(problem) } },
};

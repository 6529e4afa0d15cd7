import pg from "pg";
import { invariant } from "../../base/errors.ts";
import { sessionConfig } from "./connect.ts";

const HEADER = "-- The schema that the migrations add up to. Written by `node scripts/dump-schema.ts`; do not edit.\n";

/** What a migration may create. Anything else has to be taught to the dump first, or it would be missing from it in silence. */
const KNOWN_RELATIONS = ["r", "i"];

const UNKNOWN = `
  SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relkind = ANY ($1)
  UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e', 'r')
  UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT polname FROM pg_policy`;

const FUNCTIONS = `
  SELECT pg_get_functiondef(oid) AS text FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace ORDER BY proname COLLATE "C", pg_get_function_identity_arguments(oid) COLLATE "C"`;

const TABLES = `
  SELECT oid::int AS id, relname AS name, relpersistence = 'u' AS unlogged, array_to_string(reloptions, ', ') AS options FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname COLLATE "C"`;

const COLUMNS = `
  SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required, attgenerated AS generated,
    attidentity AS identity, pg_get_expr(adbin, adrelid) AS expression
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

const CONSTRAINTS = `
  SELECT conname AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint
  WHERE conrelid = $1 AND contype <> 'n' ORDER BY contype = 'p' DESC, conname COLLATE "C"`;

const INDEXES = `
  SELECT pg_get_indexdef(indexrelid) AS text FROM pg_index
  WHERE indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = $1)
  ORDER BY indexrelid::regclass::text COLLATE "C"`;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly generated: "" | "s" | "v";
  readonly identity: "" | "a" | "d";
  readonly expression: string | null;
}

/**
 * The schema of a database as SQL, the same bytes for the same schema: read in reviews, never executed.
 * Written from the catalogue, because the bundled PostgreSQL comes without pg_dump.
 */
export async function dumpSchema(url: string): Promise<string> {
  const client = new pg.Client(sessionConfig(url, { name: "makegood schema" }));
  await client.connect();
  try {
    const unknown = (await client.query<{ name: string }>(UNKNOWN, [KNOWN_RELATIONS])).rows;
    invariant(unknown.length === 0, `only tables, indexes and functions in the schema; teach dumpSchema about ${unknown.map((one) => one.name).join(", ")}`);
    const parts = [HEADER, ...(await texts(client, FUNCTIONS)).map((text) => `${text.trimEnd()};\n`)];
    const tables = await client.query<Table>(TABLES);
    for (const table of tables.rows) parts.push(await dumpTable(client, table));
    return parts.join("\n");
  } finally {
    await client.end();
  }
}

interface Table {
  readonly id: number;
  readonly name: string;
  readonly unlogged: boolean;
  readonly options: string | null;
}

async function dumpTable(client: pg.Client, table: Table): Promise<string> {
  const columns = (await client.query<Column>(COLUMNS, [table.id])).rows.map(describeColumn);
  const constraints = (await client.query<{ name: string; text: string }>(CONSTRAINTS, [table.id])).rows.map(({ name, text }) => `constraint ${name} ${text}`);
  const lines = [...columns, ...constraints].map((line) => `  ${line}`).join(",\n");
  const indexes = (await texts(client, INDEXES, [table.id])).map((text) => `${text};\n`).join("");
  const options = table.options === null ? "" : ` with (${table.options})`;
  return `create ${table.unlogged ? "unlogged " : ""}table ${table.name} (\n${lines}\n)${options};\n${indexes}`;
}

function describeColumn(column: Column): string {
  const identity = column.identity === "" ? "" : ` generated ${column.identity === "a" ? "always" : "by default"} as identity`;
  const generated = column.generated === "" ? "" : ` generated always as (${column.expression}) ${column.generated === "s" ? "stored" : "virtual"}`;
  const byDefault = column.expression !== null && column.generated === "" ? ` default ${column.expression}` : "";
  return `${column.name} ${column.type}${column.required ? " not null" : ""}${identity}${generated}${byDefault}`;
}

async function texts(client: pg.Client, query: string, params: unknown[] = []): Promise<string[]> {
  return (await client.query<{ text: string }>(query, params)).rows.map((row) => row.text);
}

import { z } from "zod";
import { configSchema } from "./schema.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

/** docs/reference/config.md, from the schema that checks configurations: it cannot say what the program does not do. */
export function configReference(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;
  return [
    "# Configuration reference",
    "",
    "Generated from `src/server/config/schema.ts`. A complete example is `makegood.example.yaml`.",
    "Values written as `${NAME}` come from the environment. Lengths of time: `15m`, `48h`, `14d`, `2bd` (business days).",
    "",
    "| setting | type | default | meaning |",
    "|---|---|---|---|",
    ...rows(schema, ""),
    "",
    "From the environment alone: `DATABASE_URL` (PostgreSQL; without it `makegood start` runs its own), `PORT` (wins over `port`),",
    "`MAKEGOOD_DATA` (folder of the embedded database; default `.data`), `LOG_LEVEL` (default `info`).",
    "",
  ].join("\n");
}

function rows(schema: JsonSchema, path: string): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const needed = schema.required?.includes(key) ?? false;
    return [row(at, child, needed), ...nested(child, at)];
  });
  return own;
}

function nested(schema: JsonSchema, path: string): string[] {
  if (schema.type === "array" && schema.items) return rows(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === "object" && !schema.properties) return rows(schema.additionalProperties, `${path}.<name>`);
  return rows(schema, path);
}

function row(path: string, schema: JsonSchema, needed: boolean): string {
  const type = schema.enum ? schema.enum.map((value) => `\`${String(value)}\``).join(" or ") : (schema.type ?? "any");
  const fallback = schema.default === undefined ? (needed ? "**needed**" : "") : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${path}\` | ${type} | ${fallback} | ${schema.description ?? ""} |`;
}

import { readFileSync } from "node:fs";
import type { Posted } from "../faulty-post-server.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  uri: (text) => URL.canParse(text),
  "phone-number": (text) => text !== "",
  "date-time": (text) => !Number.isNaN(Date.parse(text)),
};
const TYPES: Readonly<Record<string, RegExp>> = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/, boolean: /^(true|false)$/ };

/**
 * What an OpenAPI document says against requests that were posted: paths and media types that it does not have, parameters that it
 * does not know, values of another type or form, and what it requires and is missing. Forms only.
 */
export function judgeByOpenApi(file: string): (posted: readonly Posted[]) => readonly string[] {
  const document = JSON.parse(readFileSync(file, "utf8")) as Document;
  return (all) => all.flatMap((posted) => complaintsOf(document, posted));
}

function complaintsOf(document: Document, { path, headers, body }: Posted): readonly string[] {
  const found = Object.entries(document.paths).find(([template, { post }]) => post && pathOf(template).test(path));
  const operation = found?.[1].post;
  if (!found || !operation) return [`there is no POST ${path}`];
  const values = pathOf(found[0]).exec(path)?.groups ?? {};
  const ofPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path").flatMap(({ name, schema }) => valueComplaints(document, name, schema, values[name] ?? ""));
  const type = headers["content-type"]?.split(";")[0] ?? "";
  const schema = operation.requestBody?.content[type]?.schema;
  return [...ofPath, ...(schema ? formComplaints(document, schema, new URLSearchParams(body)) : [`${type} is not taken`]), ...(headers["authorization"]?.startsWith("Basic ") ? [] : ["it has no login"])];
}

function pathOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\./g, "\\.").replace(/\{(\w+)\}/g, "(?<$1>[^/?]+)")}$`);
}

function formComplaints(document: Document, { properties = {}, required = [] }: Schema, form: URLSearchParams): readonly string[] {
  return [
    ...required.filter((name) => !form.has(name)).map((name) => `${name} is required`),
    ...[...form].flatMap(([name, value]) => {
      const schema = properties[name];
      return schema ? valueComplaints(document, name, schema, value) : [`${name} is not known`];
    }),
  ];
}

function valueComplaints(document: Document, name: string, written: Schema, value: string): readonly string[] {
  const schema = written.$ref === undefined ? written : (document.components.schemas[written.$ref.split("/").at(-1) ?? ""] ?? {});
  const isWrong =
    (schema.type !== undefined && TYPES[schema.type]?.test(value) === false) ||
    (schema.format !== undefined && FORMATS[schema.format]?.(value) === false) ||
    (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) ||
    (schema.enum !== undefined && !schema.enum.includes(value)) ||
    value.length < (schema.minLength ?? 0) ||
    value.length > (schema.maxLength ?? Infinity);
  return isWrong ? [`${name} cannot be "${value}"`] : [];
}

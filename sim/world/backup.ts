import { sql, type Db } from "../../src/base/db.ts";
import { invariant } from "../../src/base/errors.ts";

/** A backup of the whole database and its return, inside the same server: what was written in between is gone. */
export interface Backup {
  take(): Promise<void>;
  restore(): Promise<void>;
}

/** Where the copies lie. */
const SCHEMA = "backup";

interface Table {
  readonly name: string;
  /** Tables that its rows refer to. */
  readonly parents: readonly string[];
}

const TABLES = sql(`
  select t.tablename as name, coalesce(array_agg(p.relname::text) filter (where p.relname is not null and p.relname <> t.tablename), '{}') as parents
    from pg_tables t
    left join pg_constraint c on c.conrelid = format('public.%I', t.tablename)::regclass and c.contype = 'f'
    left join pg_class p on p.oid = c.confrelid
   where t.schemaname = 'public' group by t.tablename order by t.tablename`);

export async function backups(db: Db): Promise<Backup> {
  const names = parentsFirst(await db.rows<Table>(TABLES));
  return {
    take: () =>
      db.transaction(async (tx) => {
        await tx.rows(sql(`drop schema if exists ${SCHEMA} cascade; create schema ${SCHEMA}`));
        await tx.rows(sql(names.map((name) => `create table ${SCHEMA}."${name}" as table public."${name}"`).join(";")));
      }),
    restore: () =>
      db.transaction(async (tx) => {
        await tx.rows(sql(`truncate ${names.map((name) => `public."${name}"`).join(", ")}`));
        await tx.rows(sql(names.map((name) => `insert into public."${name}" select * from ${SCHEMA}."${name}"`).join(";")));
      }),
  };
}

function parentsFirst(tables: readonly Table[]): string[] {
  const ordered: string[] = [];
  while (ordered.length < tables.length) {
    const next = tables.find((table) => !ordered.includes(table.name) && table.parents.every((parent) => ordered.includes(parent)));
    invariant(next, "tables that refer to each other in no circle");
    ordered.push(next.name);
  }
  return ordered;
}

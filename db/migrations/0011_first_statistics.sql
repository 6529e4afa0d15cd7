-- What the planner believes of a table until it was first analyzed. Without it PostgreSQL takes any `column = value` for
-- a choice of one row in two hundred: it reads a whole store by the front of an index, or a whole backlog to sort it,
-- where the key or the queue's order would lead straight there; in a first mass incident that is every row for every
-- batch. So: all rows are of one store and in one state, and no other id comes twice. The first analyze replaces this.
-- Before PostgreSQL 18 the planner cannot be told, and autovacuum alone must notice that a table has grown.
do $$
declare
  found record;
begin
  if current_setting('server_version_num')::integer < 180000 then return; end if;
  for found in
    select c.relname as table_name, a.attname as column_name, case when a.attname in ('store_id', 'state', 'standing') then 1 else -1 end as n_distinct
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and (a.attname in ('state', 'standing', 'ref') or a.attname like '%\_id')
      and not exists (select from pg_stats s where s.schemaname = current_schema() and s.tablename = c.relname and s.attname = a.attname)
  loop
    perform pg_restore_attribute_stats('schemaname', current_schema()::text, 'relname', found.table_name::text, 'attname', found.column_name::text,
      'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', found.n_distinct::real);
  end loop;
end $$;

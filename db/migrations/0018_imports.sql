-- A row of a store's own file: of the past, or news. It is read after everything that a vendor sent.
alter table inbox add column imported text check (imported in ('history', 'news'));
drop index inbox_new;
create index inbox_new on inbox (store_id, (imported is not null), retry_at, received_at) where state = 'new';

-- A file that a store brought, and how far it was read.
create table imports (
  store_id     text not null references stores,
  import_id    uuid not null,
  source       text not null,        -- the configured source that its rows speak for
  sheet        text,                 -- which sheet every row is of; null where each row says it
  imported     text not null check (imported in ('history', 'news')),
  began_at     timestamptz not null,
  read_at      timestamptz not null, -- when the last of its rows was kept
  state        text not null check (state in ('reading', 'read', 'stopped')),
  problem      text,                 -- why it stopped, and what to do
  rows         bigint not null,
  kept         bigint not null,
  duplicates   bigint not null,
  rejected     bigint not null,
  primary key (store_id, import_id)
);
create index imports_latest on imports (store_id, began_at);

-- What was wrong with which line, without what stood there.
create table import_rejects (
  store_id     text not null,
  import_id    uuid not null,
  line         bigint not null,
  place        integer not null,     -- of several things that are wrong with a line
  col          text,                 -- the column; null where it is the line as a whole
  what         text not null,
  next         text not null,
  primary key (store_id, import_id, line, place),
  foreign key (store_id, import_id) references imports on delete cascade
);

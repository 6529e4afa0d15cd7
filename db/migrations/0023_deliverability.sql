-- What became of mail by day, provider and mailbox domain: counts, and nobody's address (docs/decisions/0003-deliverability.md).
create table deliverability (
  store_id text not null references stores,
  day timestamptz not null,          -- the beginning of a day in UTC
  provider text not null,
  domain text not null,              -- of a closed list of large mailbox providers, else 'others'
  accepted integer not null default 0,
  refused integer not null default 0,
  deferred integer not null default 0,
  delivered integer not null default 0,
  bounced integer not null default 0,
  complained integer not null default 0,
  primary key (store_id, day, provider, domain)
);

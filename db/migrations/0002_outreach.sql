-- What sending needs beside the ledger row itself.

-- The number of the newest step, so that a step is one insert and no look-up.
alter table messages add column steps integer not null default 0;
-- A delivery report that names no message is matched by its address.
create index messages_by_address on messages (store_id, address_hash, state_at);
create index messages_by_order on messages (store_id, order_id);

-- Messages claimed for sending, by minute: what the hourly cap is read from.
create table send_counts (
  store_id     text not null references stores,
  minute       timestamptz not null,
  claimed      integer not null,
  primary key (store_id, minute)
);

-- How each mail provider fares, shared by all workers: error window, rest, probes.
create table provider_health (
  store_id     text not null references stores,
  provider     text not null,
  health       jsonb not null,
  primary key (store_id, provider)
);
create index messages_held on messages (store_id, message_id) where state = 'held';

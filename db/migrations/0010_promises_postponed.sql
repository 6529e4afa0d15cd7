-- How often settling a promise has failed in a row, so that a person hears of one that cannot be settled.
alter table promises add column failures integer not null default 0;
create index promises_failing on promises (store_id, failures) where failures > 0;

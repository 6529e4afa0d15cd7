-- Deliveries that said only what was known already: they too speak of the person whom it concerns, and are erased with them.
create table event_repeats (
  store_id     text not null,
  event_id     uuid not null,
  inbox_id     uuid not null,
  primary key (store_id, event_id, inbox_id)
);

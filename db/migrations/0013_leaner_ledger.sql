-- breaking
-- A message's history stands in its own row: it is written whenever the row is, and read with it.
alter table messages add column history jsonb not null default '[]';
update messages m set history = coalesce((
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('at', (extract(epoch from s.at) * 1000)::bigint, 'state', s.state, 'provider', s.provider, 'why', s.why)) order by s.step)
  from message_steps s where s.store_id = m.store_id and s.message_id = m.message_id), '[]');
alter table messages drop column steps;
drop table message_steps;

-- Nothing asks by these: a message is found by its notice, its order, its address or its id, which its Message-ID begins
-- with; an order by its id, its token or the reference that is spoken.
drop index messages_by_case;
drop index messages_by_rfc_id;
drop index orders_by_reference;

-- An event comes from a delivery and a promise from an order, whose rows look their store up.
alter table events drop constraint events_store_id_fkey;
alter table promises drop constraint promises_store_id_fkey;

-- The ids of notices and messages are made from what these said twice; a notice's messages are found by its id alone.
alter table notices drop constraint notices_store_id_incident_id_recipient_kind_statement_versi_key;
alter table messages drop constraint messages_store_id_notice_id_address_hash_channel_key;
create index messages_by_notice on messages (store_id, notice_id);

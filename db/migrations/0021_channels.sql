-- Each channel has senders of its own: one that rests, or has no provider in health, keeps no other waiting.
drop index messages_ready;
create index messages_ready on messages (store_id, channel, ready_at) where state = 'ready';

-- Who agreed to be written to over a channel that may be used by consent alone, and who took it back: every such word,
-- with how it was given. What counts is the latest by its own time. Consent to marketing is none of these.
create table consents (
  store_id     text not null references stores,
  consent_id   uuid not null,        -- function of (channel, address, given, at)
  channel      text not null,
  address_hash text not null,
  given        boolean not null,     -- false: taken back
  at           timestamptz not null, -- when the person said so
  wording      text not null,        -- what they agreed to, or how they took it back
  source       text not null,        -- where: a form, a call, an import
  recorded_by  text not null,
  recorded_at  timestamptz not null,
  primary key (store_id, consent_id)
);
create index consents_of_address on consents (store_id, channel, address_hash, at);

-- What people answered by text. The words are handed on to a mailbox that people read, and are then no longer kept here.
create table replies (
  store_id     text not null references stores,
  reply_id     uuid not null,        -- function of (source, the provider's own id)
  channel      text not null,
  address_hash text not null,
  address      text,                 -- both null once handed on, or forgotten
  words        text,
  read_as      text not null,        -- stop, start, help, or a person's
  received_at  timestamptz not null,
  hand_on_at   timestamptz,          -- when it is to be handed on, again where that failed; null where it is not, or was
  attempts     integer not null,
  primary key (store_id, reply_id)
);
create index replies_to_hand_on on replies (store_id, hand_on_at) where hand_on_at is not null;
create index replies_of_address on replies (store_id, address_hash);

-- The ledger. Every table leads with store_id; no default reads a clock; moments come in as parameters.

-- A moment from epoch milliseconds: how the program passes time to SQL.
create function ms(epoch_ms bigint) returns timestamptz
  language sql immutable strict parallel safe
  return timestamptz 'epoch' + epoch_ms * interval '1 millisecond';

-- ---------------------------------------------------------------- server
create table stores (
  store_id     text primary key,
  sample       boolean not null,
  halted_at    timestamptz,          -- the global stop: while set, nothing leaves
  halted_by    text,
  halted_why   text,
  epoch        bigint not null,      -- raised when a gap is found; an instance with an older epoch is fenced
  alive_at     timestamptz not null, -- last time a worker was seen; a gap after it means an outage or a restored backup
  gap_from     timestamptz,          -- while set, sends caused before gap_until wait for a person
  gap_until    timestamptz,
  created_at   timestamptz not null
);

-- A playbook speaks for a store only from `since` on (shadow mode until then).
create table golives (
  store_id     text not null references stores,
  playbook     text not null,
  since        timestamptz not null,
  by_whom      text not null,
  primary key (store_id, playbook)
);

create table audit (
  store_id     text not null references stores,
  audit_id     uuid not null,
  at           timestamptz not null,
  actor        text not null,
  verb         text not null,
  target       text not null,
  detail       jsonb not null,
  primary key (store_id, audit_id)
);
create index audit_by_time on audit (store_id, at);

-- ---------------------------------------------------------------- intake
-- What arrived, byte for byte, before anything is made of it.
create table inbox (
  store_id     text not null references stores,
  inbox_id     uuid not null,
  source       text not null,        -- the configured source's name
  dedupe_key   text not null,        -- the vendor's own delivery identity, kept for ever
  kind         text not null,        -- the vendor's topic or event type, as far as headers tell
  headers      jsonb not null,       -- only those that the source's adapter reads
  body         bytea,                -- null once redacted
  triggered_at timestamptz,          -- when the vendor says it happened, where headers tell
  received_at  timestamptz not null,
  state        text not null check (state in ('new', 'applied', 'waiting', 'ignored', 'quarantined')),
  reason       text,                 -- why it is ignored or quarantined; what a store can do
  attempts     integer not null,
  retry_at     timestamptz not null, -- a poison row is postponed, never skipped in silence
  settled_at   timestamptz,
  primary key (store_id, inbox_id),
  unique (store_id, source, dedupe_key)
);
create index inbox_new on inbox (store_id, retry_at, received_at) where state = 'new';
create index inbox_unsettled on inbox (store_id, source, received_at) where state in ('new', 'quarantined', 'waiting');

-- How far each source has been heard.
create table sources (
  store_id       text not null references stores,
  source         text not null,
  heard_at       timestamptz not null, -- last delivery received
  happened_at    timestamptz not null, -- the latest moment that a delivery spoke of
  pulled_until   timestamptz,          -- a completed reconciling pull covers everything up to here
  pull_cursor    text,
  silent_since   timestamptz,          -- set while it is held silent or lagging
  primary key (store_id, source)
);

-- ---------------------------------------------------------------- commerce
create table customers (
  store_id     text not null references stores,
  customer_id  text not null,
  doc          jsonb not null,       -- registers of contact facts
  redacted_at  timestamptz,
  primary key (store_id, customer_id)
);

-- One row an order: everything known of it, from every source, as a state that converges.
create table orders (
  store_id     text not null references stores,
  order_id     text not null,        -- source/id, such as shop/820982911946154508
  reference    text not null,        -- what the customer calls it, such as #1001
  spoken_ref   text not null,        -- eight characters that can be read out on the phone
  customer_id  text,
  doc          jsonb not null,
  token_hash   text not null,        -- SHA-256 of the token in the order page's address
  page_expires_at timestamptz not null,
  first_seen_at timestamptz not null,
  touched_at   timestamptz not null,
  redacted_at  timestamptz,
  primary key (store_id, order_id),
  unique (store_id, spoken_ref)
);
create unique index orders_by_token on orders (token_hash);
create index orders_by_reference on orders (store_id, reference);
create index orders_by_customer on orders (store_id, customer_id) where customer_id is not null;

-- Other names of an order: a payment, a charge, a refund at the processor.
create table order_links (
  store_id     text not null references stores,
  ref          text not null,        -- source/kind/id, such as payments/charge/ch_1
  order_id     text,                 -- null while an event waits for this name
  primary key (store_id, ref)
);

-- Normalised facts, as they happened. The order page's history.
create table events (
  store_id     text not null references stores,
  event_id     uuid not null,
  inbox_id     uuid not null,
  source       text not null,
  kind         text not null,
  order_id     text,                 -- null while it waits for the order that it belongs to
  waits_for    text[],               -- the refs that would tell
  happened_at  timestamptz not null,
  received_at  timestamptz not null,
  fact         jsonb,                -- null once redacted
  primary key (store_id, event_id)
);
create index events_by_order on events (store_id, order_id, happened_at) where order_id is not null;
create index events_waiting on events using gin (waits_for) where order_id is null and waits_for is not null;

-- ---------------------------------------------------------------- promises
create table promises (
  store_id     text not null references stores,
  promise_id   uuid not null,
  kind         text not null,
  order_id     text,                 -- whose subject row is locked to settle it; null for the team's own
  thing        text not null,        -- what exactly is owed: a refund, a case, an incident
  rule         text not null,        -- the playbook's rule that made it
  playbook     text not null,
  owed_to      text not null check (owed_to in ('customer', 'team')),
  owner        text not null,        -- the role that keeps it
  basis        jsonb not null,       -- policy, statement, or law with its citation
  rests_on     text[] not null,      -- the sources that must be read past due_at before it may break
  amount_minor bigint,
  currency     text,
  made_at      timestamptz not null,
  due_at       timestamptz not null,
  check_at     timestamptz not null, -- when the sweep looks next: due_at, or later while a source lags
  state        text not null check (state in ('open', 'suspended', 'kept', 'broken', 'waived', 'superseded')),
  settled_at   timestamptz,          -- by event time
  because      text,
  case_id      uuid,                 -- the one case that a broken promise to a customer belongs to
  made_good_at timestamptz,
  waived_at    timestamptz,
  waived_by    text,
  primary key (store_id, promise_id),
  check (state <> 'broken' or settled_at is not null)
);
create index promises_to_check on promises (store_id, check_at) where state = 'open';
create index promises_by_order on promises (store_id, order_id) where order_id is not null;
create index promises_by_case on promises (store_id, case_id) where case_id is not null;
create index promises_owed on promises (store_id, due_at) where state = 'broken' and made_good_at is null and waived_at is null;

-- ---------------------------------------------------------------- incidents
create table playbook_versions (
  store_id     text not null references stores,
  playbook     text not null,
  version      text not null,        -- hash of its content, overrides included
  content      jsonb not null,
  first_used_at timestamptz not null,
  primary key (store_id, playbook, version)
);

create table incidents (
  store_id     text not null references stores,
  incident_id  uuid not null,
  playbook     text not null,
  version      text not null,
  scope        jsonb not null,
  shadow       boolean not null,     -- opened while its playbook was not live: nothing leaves, for ever
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  primary key (store_id, incident_id),
  foreign key (store_id, playbook, version) references playbook_versions
);
create index incidents_open on incidents (store_id, opened_at) where closed_at is null;

-- The versioned public truth of an incident: the choices that its texts are made from.
create table statements (
  store_id     text not null references stores,
  incident_id  uuid not null,
  version      integer not null,
  choices      jsonb not null,
  released_at  timestamptz not null,
  released_by  text not null,
  primary key (store_id, incident_id, version),
  foreign key (store_id, incident_id) references incidents
);

-- (incident, recipient, subject). `standing` is what reconciliation counts.
create table cases (
  store_id     text not null references stores,
  case_id      uuid not null,
  incident_id  uuid not null,
  recipient    text not null,        -- customer/<id>, or order/<id> for a guest
  order_id     text not null,
  cause        text not null,
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  facts        jsonb not null,       -- this case's own truths: choices and values, no contact data
  facts_revision integer not null,
  tell_by      timestamptz not null, -- the deadline of the word that is due now
  standing     text not null check (standing in ('due', 'handed_over', 'told', 'unreachable', 'excused')),
  standing_why text,                 -- the reason, from the closed lists
  presumed_at  timestamptz,          -- handed over: told by presumption from here on unless it bounces
  notice_id    uuid,                 -- the notice that the standing is about
  told_message uuid,                 -- the delivered message that proves it
  told_at      timestamptz,
  conflict     text,                 -- sources disagree: wording is neutral and the owner is asked
  primary key (store_id, case_id),
  unique (store_id, incident_id, recipient, order_id),
  foreign key (store_id, incident_id) references incidents,
  check (standing <> 'told' or told_message is not null),
  check (standing <> 'handed_over' or presumed_at is not null),
  check (standing not in ('unreachable', 'excused') or standing_why is not null)
);
create index cases_standing on cases (store_id, incident_id, standing, tell_by, presumed_at);
create index cases_due on cases (store_id, tell_by) where standing in ('due', 'handed_over');
create index cases_by_order on cases (store_id, order_id);

-- (incident, recipient, kind, statement version, facts revision): covers all the recipient's cases in the incident.
create table notices (
  store_id     text not null references stores,
  notice_id    uuid not null,
  incident_id  uuid not null,
  recipient    text not null,
  case_id      uuid not null,        -- the case whose contact it is sent to
  order_id     text not null,
  kind         text not null,        -- the playbook's notice: first, refund-sent, ...
  statement_version integer not null,
  facts_revision integer not null,
  facts        jsonb not null,
  cause_at     timestamptz not null, -- when what it tells of happened
  written_at   timestamptz not null,
  tell_by      timestamptz not null,
  state        text not null check (state in ('new', 'expanded', 'withdrawn')),
  primary key (store_id, notice_id),
  unique (store_id, incident_id, recipient, kind, statement_version, facts_revision),
  foreign key (store_id, incident_id) references incidents
);
create index notices_new on notices (store_id, written_at) where state = 'new';
create index notices_by_case on notices (store_id, case_id);

-- ---------------------------------------------------------------- outreach
-- The ledger row of a message stands before it is sent. One per (notice, address, channel), for ever.
create table messages (
  store_id     text not null references stores,
  message_id   uuid not null,        -- function of (notice, channel, address)
  notice_id    uuid not null,
  case_id      uuid not null,
  order_id     text not null,
  channel      text not null,
  address      text,                 -- null once redacted
  address_hash text not null,
  locale       text not null,
  rfc_id       text,                 -- Message-ID of the mail, the same for every attempt
  cause_at     timestamptz not null,
  tell_by      timestamptz not null,
  ready_at     timestamptz not null, -- not before: quiet hours, retry, gate
  held_why     text,
  state        text not null check (state in
    ('ready', 'held', 'leased', 'accepted', 'delivered', 'bounced', 'refused', 'unknown', 'suppressed', 'shadow', 'withdrawn')),
  state_at     timestamptz not null,
  lease_until  timestamptz,
  leased_by    text,
  provider     text,
  attempts     integer not null,
  resends      integer not null check (resends <= 1), -- after `unknown`, at most once
  evidence_until timestamptz,        -- unknown: until here we wait for a word of it
  detail       text,
  primary key (store_id, message_id),
  unique (store_id, notice_id, address_hash, channel),
  foreign key (store_id, notice_id) references notices
);
create index messages_ready on messages (store_id, ready_at) where state = 'ready';
create index messages_leased on messages (store_id, lease_until) where state = 'leased';
create index messages_unknown on messages (store_id, evidence_until) where state = 'unknown';
create index messages_by_rfc_id on messages (rfc_id) where rfc_id is not null;
create index messages_by_case on messages (store_id, case_id);

-- Every step of a message: history, and what reports count.
create table message_steps (
  store_id     text not null,
  message_id   uuid not null,
  step         integer not null,
  at           timestamptz not null,
  state        text not null,
  provider     text,
  why          text,
  primary key (store_id, message_id, step)
);

create table suppressions (
  store_id     text not null references stores,
  channel      text not null,
  address_hash text not null,
  reason       text not null,        -- bounce, complaint, stop
  since        timestamptz not null,
  evidence     text not null,
  primary key (store_id, channel, address_hash)
);

-- Mail and provider events that speak of our messages, byte for byte, before anything is made of them.
create table evidence_inbox (
  store_id     text not null references stores,
  evidence_id  uuid not null,
  source       text not null,
  dedupe_key   text not null,
  body         bytea,
  received_at  timestamptz not null,
  state        text not null check (state in ('new', 'applied', 'ignored', 'quarantined')),
  reason       text,
  attempts     integer not null,
  retry_at     timestamptz not null,
  primary key (store_id, evidence_id),
  unique (store_id, source, dedupe_key)
);
create index evidence_new on evidence_inbox (store_id, retry_at) where state = 'new';

-- ---------------------------------------------------------------- people
create table pages (
  store_id     text not null references stores,
  page_id      uuid not null,
  about        text not null,        -- case/<id>, source/<name>, gap, ...
  why          text not null,
  opened_at    timestamptz not null,
  step         integer not null,     -- how many times somebody was paged
  next_at      timestamptz,          -- when it is sent again, or to the next person
  acknowledged_at timestamptz,
  acknowledged_by text,
  closed_at    timestamptz,
  primary key (store_id, page_id)
);
create unique index pages_open on pages (store_id, about) where closed_at is null;
create index pages_next on pages (store_id, next_at) where closed_at is null and acknowledged_at is null;

create table page_calls (
  store_id     text not null,
  page_id      uuid not null,
  step         integer not null,
  person       text not null,
  token_hash   text not null,
  called_at    timestamptz not null, -- written before the mail is sent
  outcome      text,                 -- what the provider said of it
  primary key (store_id, page_id, step)
);
create unique index page_calls_by_token on page_calls (token_hash);

create table tasks (
  store_id     text not null references stores,
  task_id      uuid not null,
  about        text not null,
  owner        text not null,
  what         text not null,
  due_at       timestamptz not null,
  done_at      timestamptz,
  done_by      text,
  answer       text,
  primary key (store_id, task_id)
);
create index tasks_open on tasks (store_id, due_at) where done_at is null;

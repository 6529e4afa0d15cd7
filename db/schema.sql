-- The schema that the migrations add up to. Written by `node scripts/dump-schema.ts`; do not edit.

CREATE OR REPLACE FUNCTION public.ms(epoch_ms bigint)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (('1970-01-01 00:00:00'::timestamp without time zone + ((epoch_ms)::double precision * '00:00:00.001'::interval)) AT TIME ZONE 'UTC'::text);

create table audit (
  store_id text not null,
  audit_id uuid not null,
  at timestamp with time zone not null,
  actor text not null,
  verb text not null,
  target text not null,
  detail jsonb not null,
  constraint audit_pkey PRIMARY KEY (store_id, audit_id),
  constraint audit_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX audit_by_time ON public.audit USING btree (store_id, at);

create table cases (
  store_id text not null,
  case_id uuid not null,
  incident_id uuid not null,
  recipient text not null,
  order_id text not null,
  cause text not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  facts jsonb not null,
  facts_revision integer not null,
  tell_by timestamp with time zone not null,
  standing text not null,
  standing_why text,
  presumed_at timestamp with time zone,
  notice_id uuid,
  told_message uuid,
  told_at timestamp with time zone,
  conflict text,
  constraint cases_pkey PRIMARY KEY (store_id, case_id),
  constraint cases_check CHECK (((standing <> 'told'::text) OR (told_message IS NOT NULL))),
  constraint cases_check1 CHECK (((standing <> 'handed_over'::text) OR (presumed_at IS NOT NULL))),
  constraint cases_check2 CHECK (((standing <> ALL (ARRAY['unreachable'::text, 'excused'::text])) OR (standing_why IS NOT NULL))),
  constraint cases_standing_check CHECK ((standing = ANY (ARRAY['due'::text, 'handed_over'::text, 'told'::text, 'unreachable'::text, 'excused'::text]))),
  constraint cases_store_id_incident_id_recipient_order_id_key UNIQUE (store_id, incident_id, recipient, order_id)
);
CREATE INDEX cases_by_order ON public.cases USING btree (store_id, order_id);
CREATE INDEX cases_evidence ON public.cases USING btree (store_id, COALESCE(told_at, presumed_at)) WHERE (standing = ANY (ARRAY['told'::text, 'handed_over'::text]));
CREATE INDEX cases_line ON public.cases USING btree (store_id, recipient, standing, standing_why, tell_by, presumed_at);
CREATE INDEX cases_next_update ON public.cases USING btree (store_id, (((facts #>> '{values,next_update_by,at}'::text[]))::bigint)) WHERE ((closed_at IS NULL) AND (standing = ANY (ARRAY['told'::text, 'handed_over'::text, 'excused'::text])));
CREATE INDEX cases_unreachable ON public.cases USING btree (store_id, opened_at) WHERE ((standing = 'unreachable'::text) AND (closed_at IS NULL));
CREATE INDEX cases_waiting ON public.cases USING btree (store_id, tell_by) WHERE (standing = 'due'::text);

create table consents (
  store_id text not null,
  consent_id uuid not null,
  channel text not null,
  address_hash text not null,
  given boolean not null,
  at timestamp with time zone not null,
  wording text not null,
  source text not null,
  recorded_by text not null,
  recorded_at timestamp with time zone not null,
  constraint consents_pkey PRIMARY KEY (store_id, consent_id),
  constraint consents_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX consents_of_address ON public.consents USING btree (store_id, channel, address_hash, at);

create table customers (
  store_id text not null,
  customer_id text not null,
  doc jsonb not null,
  redacted_at timestamp with time zone,
  constraint customers_pkey PRIMARY KEY (store_id, customer_id),
  constraint customers_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table deliverability (
  store_id text not null,
  day timestamp with time zone not null,
  provider text not null,
  domain text not null,
  accepted integer not null default 0,
  refused integer not null default 0,
  deferred integer not null default 0,
  delivered integer not null default 0,
  bounced integer not null default 0,
  complained integer not null default 0,
  constraint deliverability_pkey PRIMARY KEY (store_id, day, provider, domain),
  constraint deliverability_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table event_repeats (
  store_id text not null,
  event_id uuid not null,
  inbox_id uuid not null,
  constraint event_repeats_pkey PRIMARY KEY (store_id, event_id, inbox_id)
);

create table events (
  store_id text not null,
  event_id uuid not null,
  inbox_id uuid not null,
  source text not null,
  kind text not null,
  order_id text,
  waits_for text[],
  happened_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  fact jsonb,
  constraint events_pkey PRIMARY KEY (store_id, event_id)
);
CREATE INDEX events_by_order ON public.events USING btree (store_id, order_id, happened_at) WHERE (order_id IS NOT NULL);
CREATE INDEX events_of_customers ON public.events USING btree (store_id, ((fact ->> 'customerId'::text))) WHERE ((order_id IS NULL) AND (waits_for IS NULL));
CREATE INDEX events_waiting ON public.events USING gin (waits_for) WHERE ((order_id IS NULL) AND (waits_for IS NOT NULL));

create table evidence_inbox (
  store_id text not null,
  evidence_id uuid not null,
  source text not null,
  dedupe_key text not null,
  body bytea,
  received_at timestamp with time zone not null,
  state text not null,
  reason text,
  attempts integer not null,
  retry_at timestamp with time zone not null,
  constraint evidence_inbox_pkey PRIMARY KEY (store_id, evidence_id),
  constraint evidence_inbox_state_check CHECK ((state = ANY (ARRAY['new'::text, 'applied'::text, 'ignored'::text, 'quarantined'::text]))),
  constraint evidence_inbox_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX evidence_new ON public.evidence_inbox USING btree (store_id, retry_at, evidence_id) WHERE (state = 'new'::text);
CREATE INDEX evidence_quarantined ON public.evidence_inbox USING btree (store_id, received_at) WHERE (state = 'quarantined'::text);

create table golives (
  store_id text not null,
  playbook text not null,
  since timestamp with time zone not null,
  by_whom text not null,
  constraint golives_pkey PRIMARY KEY (store_id, playbook),
  constraint golives_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table import_rejects (
  store_id text not null,
  import_id uuid not null,
  line bigint not null,
  place integer not null,
  col text,
  what text not null,
  next text not null,
  constraint import_rejects_pkey PRIMARY KEY (store_id, import_id, line, place),
  constraint import_rejects_store_id_import_id_fkey FOREIGN KEY (store_id, import_id) REFERENCES imports(store_id, import_id) ON DELETE CASCADE
);

create table imports (
  store_id text not null,
  import_id uuid not null,
  source text not null,
  sheet text,
  imported text not null,
  began_at timestamp with time zone not null,
  read_at timestamp with time zone not null,
  state text not null,
  problem text,
  rows bigint not null,
  kept bigint not null,
  duplicates bigint not null,
  rejected bigint not null,
  constraint imports_pkey PRIMARY KEY (store_id, import_id),
  constraint imports_imported_check CHECK ((imported = ANY (ARRAY['history'::text, 'news'::text]))),
  constraint imports_state_check CHECK ((state = ANY (ARRAY['reading'::text, 'read'::text, 'stopped'::text]))),
  constraint imports_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX imports_latest ON public.imports USING btree (store_id, began_at);

create table inbox (
  store_id text not null,
  inbox_id uuid not null,
  source text not null,
  dedupe_key text not null,
  kind text not null,
  headers jsonb not null,
  body bytea,
  triggered_at timestamp with time zone,
  received_at timestamp with time zone not null,
  state text not null,
  reason text,
  attempts integer not null,
  retry_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  imported text,
  constraint inbox_pkey PRIMARY KEY (store_id, inbox_id),
  constraint inbox_imported_check CHECK ((imported = ANY (ARRAY['history'::text, 'news'::text]))),
  constraint inbox_state_check CHECK ((state = ANY (ARRAY['new'::text, 'applied'::text, 'waiting'::text, 'ignored'::text, 'quarantined'::text]))),
  constraint inbox_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX inbox_doubtful ON public.inbox USING btree (store_id, source, LEAST(triggered_at, received_at)) WHERE ((state = 'quarantined'::text) AND (reason !~~ 'unknown_kind:%'::text) AND (reason !~~ 'no_order:%'::text));
CREATE INDEX inbox_new ON public.inbox USING btree (store_id, ((imported IS NOT NULL)), retry_at, received_at) WHERE (state = 'new'::text);
CREATE INDEX inbox_unread ON public.inbox USING btree (store_id, source, LEAST(triggered_at, received_at)) WHERE (state = 'new'::text);
CREATE INDEX inbox_waiting ON public.inbox USING btree (store_id, settled_at, inbox_id) WHERE (state = 'waiting'::text);

create table incidents (
  store_id text not null,
  incident_id uuid not null,
  playbook text not null,
  version text not null,
  scope jsonb not null,
  shadow boolean not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint incidents_pkey PRIMARY KEY (store_id, incident_id),
  constraint incidents_store_id_playbook_version_fkey FOREIGN KEY (store_id, playbook, version) REFERENCES playbook_versions(store_id, playbook, version)
);
CREATE INDEX incidents_closed ON public.incidents USING btree (store_id, closed_at) WHERE ((closed_at IS NOT NULL) AND (NOT shadow));
CREATE INDEX incidents_open ON public.incidents USING btree (store_id, opened_at) WHERE (closed_at IS NULL);
CREATE INDEX incidents_shadow ON public.incidents USING btree (store_id, opened_at) WHERE shadow;

create table messages (
  store_id text not null,
  message_id uuid not null,
  notice_id uuid not null,
  case_id uuid not null,
  order_id text not null,
  channel text not null,
  address text,
  address_hash text not null,
  locale text not null,
  rfc_id text,
  cause_at timestamp with time zone not null,
  tell_by timestamp with time zone not null,
  ready_at timestamp with time zone not null,
  held_why text,
  state text not null,
  state_at timestamp with time zone not null,
  lease_until timestamp with time zone,
  leased_by text,
  provider text,
  attempts integer not null,
  resends integer not null,
  evidence_until timestamp with time zone,
  detail text,
  history jsonb not null default '[]'::jsonb,
  copy_id text,
  constraint messages_pkey PRIMARY KEY (store_id, message_id),
  constraint messages_resends_check CHECK ((resends <= 1)),
  constraint messages_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'held'::text, 'leased'::text, 'accepted'::text, 'delivered'::text, 'bounced'::text, 'refused'::text, 'unknown'::text, 'suppressed'::text, 'shadow'::text, 'withdrawn'::text])))
);
CREATE INDEX messages_bounced ON public.messages USING btree (store_id, case_id) WHERE (state = 'bounced'::text);
CREATE INDEX messages_by_address ON public.messages USING btree (store_id, address_hash, state_at);
CREATE INDEX messages_by_notice ON public.messages USING btree (store_id, notice_id);
CREATE INDEX messages_by_order ON public.messages USING btree (store_id, order_id);
CREATE INDEX messages_held ON public.messages USING btree (store_id, message_id) WHERE (state = 'held'::text);
CREATE INDEX messages_leased ON public.messages USING btree (store_id, lease_until) WHERE (state = 'leased'::text);
CREATE INDEX messages_ready ON public.messages USING btree (store_id, channel, ready_at, message_id) WHERE (state = 'ready'::text);
CREATE INDEX messages_unknown ON public.messages USING btree (store_id, evidence_until) WHERE (state = 'unknown'::text);

create table monday_lists (
  store_id text not null,
  week text not null,
  rfc_id text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  written_at timestamp with time zone not null,
  state text not null,
  attempts integer not null,
  refusals integer not null,
  resends integer not null,
  next_at timestamp with time zone,
  sent_to text,
  answer text,
  answered_at timestamp with time zone,
  constraint monday_lists_pkey PRIMARY KEY (store_id, week),
  constraint monday_lists_check CHECK (((state = ANY (ARRAY['accepted'::text, 'unknown'::text])) OR (next_at IS NOT NULL))),
  constraint monday_lists_resends_check CHECK ((resends <= 1)),
  constraint monday_lists_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'sending'::text, 'accepted'::text, 'unknown'::text]))),
  constraint monday_lists_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table notices (
  store_id text not null,
  notice_id uuid not null,
  incident_id uuid not null,
  recipient text not null,
  case_id uuid not null,
  order_id text not null,
  kind text not null,
  statement_version integer not null,
  facts_revision integer not null,
  facts jsonb not null,
  cause_at timestamp with time zone not null,
  written_at timestamp with time zone not null,
  tell_by timestamp with time zone not null,
  state text not null,
  constraint notices_pkey PRIMARY KEY (store_id, notice_id),
  constraint notices_state_check CHECK ((state = ANY (ARRAY['new'::text, 'expanded'::text, 'withdrawn'::text])))
);
CREATE INDEX notices_by_case ON public.notices USING btree (store_id, case_id);
CREATE INDEX notices_new ON public.notices USING btree (store_id, written_at, notice_id) WHERE (state = 'new'::text);

create table order_links (
  store_id text not null,
  ref text not null,
  order_id text,
  constraint order_links_pkey PRIMARY KEY (store_id, ref),
  constraint order_links_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table orders (
  store_id text not null,
  order_id text not null,
  reference text not null,
  spoken_ref text not null,
  customer_id text,
  doc jsonb not null,
  token_hash text not null,
  page_expires_at timestamp with time zone not null,
  first_seen_at timestamp with time zone not null,
  touched_at timestamp with time zone not null,
  redacted_at timestamp with time zone,
  constraint orders_pkey PRIMARY KEY (store_id, order_id),
  constraint orders_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id),
  constraint orders_store_id_spoken_ref_key UNIQUE (store_id, spoken_ref)
);
CREATE INDEX orders_by_customer ON public.orders USING btree (store_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE UNIQUE INDEX orders_by_token ON public.orders USING btree (token_hash);
CREATE INDEX orders_guest_baskets ON public.orders USING btree (store_id, lower((doc #>> '{checkout,value,contact,email}'::text[]))) WHERE ((customer_id IS NULL) AND ((doc -> 'details'::text) IS NULL) AND ((doc -> 'checkout'::text) IS NOT NULL));
CREATE INDEX orders_held ON public.orders USING btree (store_id) WHERE ((redacted_at IS NULL) AND jsonb_path_exists(doc, '$."fulfilments".*."latest"."value"."status"?(@ == "held")'::jsonpath));

create table page_calls (
  store_id text not null,
  page_id uuid not null,
  step integer not null,
  person text not null,
  token_hash text not null,
  called_at timestamp with time zone not null,
  outcome text,
  constraint page_calls_pkey PRIMARY KEY (store_id, page_id, step)
);
CREATE UNIQUE INDEX page_calls_by_token ON public.page_calls USING btree (token_hash);

create table pages (
  store_id text not null,
  page_id uuid not null,
  about text not null,
  why text not null,
  opened_at timestamp with time zone not null,
  step integer not null,
  next_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  closed_at timestamp with time zone,
  constraint pages_pkey PRIMARY KEY (store_id, page_id),
  constraint pages_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX pages_next ON public.pages USING btree (store_id, next_at) WHERE ((closed_at IS NULL) AND (acknowledged_at IS NULL));
CREATE UNIQUE INDEX pages_open ON public.pages USING btree (store_id, about) WHERE (closed_at IS NULL);

create table playbook_versions (
  store_id text not null,
  playbook text not null,
  version text not null,
  content jsonb not null,
  first_used_at timestamp with time zone not null,
  constraint playbook_versions_pkey PRIMARY KEY (store_id, playbook, version),
  constraint playbook_versions_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table promises (
  store_id text not null,
  promise_id uuid not null,
  kind text not null,
  order_id text,
  thing text not null,
  rule text not null,
  playbook text not null,
  owed_to text not null,
  owner text not null,
  basis jsonb not null,
  rests_on text[] not null,
  amount_minor bigint,
  currency text,
  made_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  check_at timestamp with time zone not null,
  state text not null,
  settled_at timestamp with time zone,
  because text,
  case_id uuid,
  made_good_at timestamp with time zone,
  waived_at timestamp with time zone,
  waived_by text,
  failures integer not null default 0,
  warn_at timestamp with time zone,
  at_risk_at timestamp with time zone,
  constraint promises_pkey PRIMARY KEY (store_id, promise_id),
  constraint promises_check CHECK (((state <> 'broken'::text) OR (settled_at IS NOT NULL))),
  constraint promises_owed_to_check CHECK ((owed_to = ANY (ARRAY['customer'::text, 'team'::text]))),
  constraint promises_state_check CHECK ((state = ANY (ARRAY['open'::text, 'suspended'::text, 'kept'::text, 'broken'::text, 'waived'::text, 'superseded'::text])))
);
CREATE INDEX promises_broken ON public.promises USING btree (store_id, owed_to, case_id, made_good_at, waived_at) WHERE (state = 'broken'::text);
CREATE INDEX promises_by_case ON public.promises USING btree (store_id, case_id) WHERE (case_id IS NOT NULL);
CREATE INDEX promises_by_order ON public.promises USING btree (store_id, order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX promises_failing ON public.promises USING btree (store_id, failures) WHERE (failures > 0);
CREATE INDEX promises_owed ON public.promises USING btree (store_id, due_at) WHERE ((state = 'broken'::text) AND (made_good_at IS NULL) AND (waived_at IS NULL));
CREATE INDEX promises_to_check ON public.promises USING btree (store_id, check_at, promise_id) WHERE (state = 'open'::text);

create table provider_health (
  store_id text not null,
  provider text not null,
  health jsonb not null,
  constraint provider_health_pkey PRIMARY KEY (store_id, provider),
  constraint provider_health_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table replies (
  store_id text not null,
  reply_id uuid not null,
  channel text not null,
  address_hash text not null,
  address text,
  words text,
  read_as text not null,
  received_at timestamp with time zone not null,
  hand_on_at timestamp with time zone,
  attempts integer not null,
  constraint replies_pkey PRIMARY KEY (store_id, reply_id),
  constraint replies_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX replies_of_address ON public.replies USING btree (store_id, address_hash);
CREATE INDEX replies_to_hand_on ON public.replies USING btree (store_id, hand_on_at) WHERE (hand_on_at IS NOT NULL);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  breaking boolean not null,
  applied_at timestamp with time zone not null,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table send_counts (
  store_id text not null,
  minute timestamp with time zone not null,
  claimed integer not null,
  constraint send_counts_pkey PRIMARY KEY (store_id, minute),
  constraint send_counts_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table sources (
  store_id text not null,
  source text not null,
  heard_at timestamp with time zone not null,
  happened_at timestamp with time zone not null,
  pulled_until timestamp with time zone,
  pull_cursor text,
  silent_since timestamp with time zone,
  silent_after_ms bigint not null,
  pause_from timestamp with time zone,
  pause_until timestamp with time zone,
  constraint sources_pkey PRIMARY KEY (store_id, source),
  constraint sources_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table statements (
  store_id text not null,
  incident_id uuid not null,
  version integer not null,
  choices jsonb not null,
  released_at timestamp with time zone not null,
  released_by text not null,
  constraint statements_pkey PRIMARY KEY (store_id, incident_id, version)
);

create table stores (
  store_id text not null,
  sample boolean not null,
  halted_at timestamp with time zone,
  halted_by text,
  halted_why text,
  epoch bigint not null,
  alive_at timestamp with time zone not null,
  gap_until timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint stores_pkey PRIMARY KEY (store_id)
);

create table suppressions (
  store_id text not null,
  channel text not null,
  address_hash text not null,
  reason text not null,
  since timestamp with time zone not null,
  evidence text not null,
  constraint suppressions_pkey PRIMARY KEY (store_id, channel, address_hash),
  constraint suppressions_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);

create table tasks (
  store_id text not null,
  task_id uuid not null,
  about text not null,
  owner text not null,
  what text not null,
  due_at timestamp with time zone not null,
  done_at timestamp with time zone,
  done_by text,
  answer text,
  constraint tasks_pkey PRIMARY KEY (store_id, task_id),
  constraint tasks_store_id_fkey FOREIGN KEY (store_id) REFERENCES stores(store_id)
);
CREATE INDEX tasks_open ON public.tasks USING btree (store_id, due_at) WHERE (done_at IS NULL);

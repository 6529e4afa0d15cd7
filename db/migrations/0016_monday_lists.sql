-- The Monday list: a mail to a store's owner each week. The row stands before its mail is sent.
create table monday_lists (
  store_id     text not null references stores,
  -- ISO week of the day on which it is due, such as 2026-W47.
  week         text not null,
  -- The same for every try.
  rfc_id       text not null,
  subject      text not null,
  body_text    text not null,
  body_html    text not null,
  written_at   timestamptz not null,
  state        text not null check (state in ('ready', 'sending', 'accepted', 'unknown')),
  attempts     integer not null,
  refusals     integer not null,
  resends      integer not null check (resends <= 1),
  next_at      timestamptz,
  -- Of the last try: the person's name, and what the mail server said when.
  sent_to      text,
  answer       text,
  answered_at  timestamptz,
  primary key (store_id, week),
  check (state in ('accepted', 'unknown') or next_at is not null)
);

-- What the list reads, so that it costs what the week held and not what the store ever did.
create index cases_unreachable on cases (store_id, opened_at) where standing = 'unreachable' and closed_at is null;
create index incidents_closed on incidents (store_id, closed_at) where closed_at is not null and not shadow;
create index incidents_shadow on incidents (store_id, opened_at) where shadow;

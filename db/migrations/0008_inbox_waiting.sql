-- Deliveries whose order has not come, oldest first: after a generous time they go to a person.
create index inbox_waiting on inbox (store_id, settled_at) where state = 'waiting';
-- They have been read: what is in quarantine for want of an order hides no fact and holds no source back.
drop index inbox_doubtful;
create index inbox_doubtful on inbox (store_id, source, least(triggered_at, received_at))
  where state = 'quarantined' and reason not like 'unknown_kind:%' and reason not like 'no_order:%';

-- What waits is taken in a total order: of two rows of the same moment the one that lay first in the table's pages went
-- first, which depends on what else the server was doing.
drop index messages_ready;
create index messages_ready on messages (store_id, channel, ready_at, message_id) where state = 'ready';
drop index notices_new;
create index notices_new on notices (store_id, written_at, notice_id) where state = 'new';
drop index promises_to_check;
create index promises_to_check on promises (store_id, check_at, promise_id) where state = 'open';
drop index evidence_new;
create index evidence_new on evidence_inbox (store_id, retry_at, evidence_id) where state = 'new';
drop index inbox_waiting;
create index inbox_waiting on inbox (store_id, settled_at, inbox_id) where state = 'waiting';

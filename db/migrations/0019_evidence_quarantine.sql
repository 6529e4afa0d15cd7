-- What people look through and have read again: a few rows among the evidence of every mail.
create index evidence_quarantined on evidence_inbox (store_id, received_at) where state = 'quarantined';

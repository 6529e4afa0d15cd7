-- What the reconciliation reads each minute (bench/reconcile.ts has the measurement).

-- Counts of standings and of people from the index alone, in the order of people.
drop index cases_standing;
create index cases_line on cases (store_id, recipient, standing, standing_why, tell_by, presumed_at);
-- Those that nothing was handed over for: a mail relay's store keeps all its others as handed over for ever.
drop index cases_due;
create index cases_waiting on cases (store_id, tell_by) where standing = 'due';
-- Evidence that changed of late.
create index cases_evidence on cases (store_id, (coalesce(told_at, presumed_at))) where standing in ('told', 'handed_over');
create index messages_bounced on messages (store_id, case_id) where state = 'bounced';
create index promises_broken on promises (store_id, owed_to, case_id, made_good_at, waived_at) where state = 'broken';

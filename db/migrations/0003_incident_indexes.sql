-- What the cadence of updates and the reconciliation read.

-- Open cases by the moment until which their customers hear from the store again.
create index cases_next_update on cases (store_id, ((facts #>> '{values,next_update_by,at}')::bigint))
  where closed_at is null and standing in ('told', 'handed_over', 'excused');

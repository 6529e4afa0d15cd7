-- breaking
-- A parcel keeps when each of its states was first said, and what only some words of it name; the work of a warehouse is known.
update orders set doc = jsonb_set(doc, '{fulfilments}', '{}') || jsonb_build_object('parcels', coalesce((
  select jsonb_object_agg(p.key, jsonb_strip_nulls(jsonb_build_object(
    'since', p.value -> 'at',
    'first', jsonb_build_object(p.value #>> '{value,status}', p.value -> 'at'),
    'scans', '[]'::jsonb,
    'latest', jsonb_set(p.value, '{value}', jsonb_build_object('status', p.value #> '{value,status}')),
    'carrier', case when p.value #> '{value,carrier}' is not null then jsonb_set(p.value, '{value}', p.value #> '{value,carrier}') end,
    'tracking', case when p.value #> '{value,tracking}' is not null then jsonb_set(p.value, '{value}', p.value #> '{value,tracking}') end)))
  from jsonb_each(doc -> 'parcels') p), '{}'));

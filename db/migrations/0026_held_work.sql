-- Work that a source told to be held is asked after with each pull: that it goes on may have been told in vain.
create index orders_held on orders (store_id)
  where redacted_at is null and jsonb_path_exists(doc, '$.fulfilments.*.latest.value.status ? (@ == "held")');

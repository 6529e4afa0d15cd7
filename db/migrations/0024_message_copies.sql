-- Of a message that was sent twice, what becomes of one copy says nothing of the other: the provider's own name of the
-- copy that it took last, or of one that arrived. Null where a provider gives none.
alter table messages add column copy_id text;

-- breaking
-- What a source said while it was not heard for long may be lost: no promise breaks for that time until a pull has covered it.
alter table sources add column silent_after_ms bigint not null default 21600000, add column pause_from timestamptz, add column pause_until timestamptz;
alter table sources alter column silent_after_ms drop default;

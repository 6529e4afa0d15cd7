-- What was caused before gap_until waits for a person whenever it comes to light, so a gap has no end to note.
alter table stores drop column gap_from;

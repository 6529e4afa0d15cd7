-- A promise may need a person, and a notice, before it breaks.
alter table promises add column warn_at timestamptz;    -- from when on it is at risk while it is open
alter table promises add column at_risk_at timestamptz; -- since when it is, by event time

-- An account whose provider does not know it any more is held: what goes out waits, until it works again or two days.

-- `held_until` is when it is tried again by itself.
ALTER TABLE channel_accounts ADD COLUMN held_since timestamptz, ADD COLUMN held_until timestamptz;
-- Since when it waits, where a person has it sent again; else since it was written.
ALTER TABLE dispatches ADD COLUMN waits_since timestamptz;

-- Customers who wait on a channel may be told their place in the queue, at most every so many minutes; 0 is not at all.
ALTER TABLE workstreams ADD COLUMN place_minutes integer NOT NULL DEFAULT 0 CHECK (place_minutes BETWEEN 0 AND 1440);
-- Which place the customer was told last, and when.
ALTER TABLE channel_conversations ADD COLUMN place integer, ADD COLUMN place_at timestamptz;

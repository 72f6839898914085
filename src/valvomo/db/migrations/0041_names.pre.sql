-- When a customer's name could last not be learned from the provider, which is asked again later; NULL where it was told,
-- or the provider does not tell it.
ALTER TABLE channel_threads ADD COLUMN unnamed_at timestamptz;

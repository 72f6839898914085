-- Processes say which release they are, so that a schema is not cut back under those that still need it.
ALTER TABLE processes
    ADD COLUMN version text,
    ADD COLUMN migration integer,
    ADD COLUMN ended_at timestamptz;

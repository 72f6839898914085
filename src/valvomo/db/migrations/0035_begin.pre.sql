-- The house begins: whether staff may begin conversations over an account, and who does not want to be written to there.
ALTER TABLE channel_accounts ADD COLUMN begins boolean NOT NULL DEFAULT false;
ALTER TABLE channel_threads ADD COLUMN opted_out_at timestamptz;

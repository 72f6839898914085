-- What opens an account for a while, sealed: all processes use the same one, and one of them asks for the next.
ALTER TABLE channel_accounts ADD COLUMN pass bytea;

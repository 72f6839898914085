-- Statements of the migration runner.

-- name: create_ledger
-- The table of applied migration files; the runner is the only one that writes it.
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer NOT NULL,
    half text NOT NULL CONSTRAINT schema_migrations_half CHECK (half IN ('pre', 'post')),
    name text NOT NULL,
    sha256 text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, half)
);

-- name: has_ledger
-- Whether any migration has ever been applied here.
SELECT to_regclass('schema_migrations') IS NOT NULL;

-- name: applied
-- What has been applied, in order.
SELECT number, half, name, sha256 FROM schema_migrations ORDER BY number, half DESC;

-- name: record
-- Remember that a file has been applied; in the same transaction as the file.
INSERT INTO schema_migrations (number, half, name, sha256) VALUES ($1, $2, $3, $4);

-- name: lock
-- One runner at a time, for the session: several nodes may be started at once.
SELECT pg_advisory_lock(8300, 1);

-- name: patience
-- Fail rather than queue behind a long transaction: everyone else would queue behind us.
SET LOCAL lock_timeout = '10s';

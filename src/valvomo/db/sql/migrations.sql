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

-- name: knows_processes
-- Whether processes of this installation say which release they are.
SELECT EXISTS (
    SELECT FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'processes' AND column_name = 'migration'
);

-- name: older_processes
-- Processes that were alive lately and may need what a migration with this number removes.
SELECT coalesce(version, 'unknown') AS version, extract(epoch FROM now() - seen_at)::float8 AS seconds
FROM processes
WHERE ended_at IS NULL AND seen_at > now() - interval '30 seconds' AND coalesce(migration, 0) < $1
ORDER BY seen_at DESC;

-- name: patience
-- Fail rather than queue behind a long transaction: everyone else would queue behind us.
SET LOCAL lock_timeout = '10s';

-- name: settings
-- What the server is set to, as far as safety depends on it.
SELECT current_setting('server_version_num')::int AS version,
    current_setting('server_version') AS version_name,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('max_connections')::int AS max_connections,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser

-- name: session
-- Which session of the server this is.
SELECT pg_backend_pid()

-- name: clock
-- The server's time.
SELECT clock_timestamp()

-- name: forbidden
-- Tables in our schema that this role may not read or write as the program does.
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
        AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
ORDER BY relname

-- name: may_create
-- Whether this role can make what migrations make.
SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)

-- name: processes
-- Releases that are alive, and how many processes of each.
SELECT coalesce(version, 'unknown') AS version, count(*) AS count FROM processes
WHERE ended_at IS NULL AND seen_at > now() - interval '30 seconds' GROUP BY 1 ORDER BY 1

-- name: newest_files
-- What was kept last, at most so many.
SELECT organization_id, id FROM attachments WHERE progress = 'ready' ORDER BY id DESC LIMIT $1

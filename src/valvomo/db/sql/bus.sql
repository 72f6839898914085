-- name: notify
-- Tells other processes. All of it is hints: the commit need not wait until it is on the disk.
SELECT set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)
FROM unnest($1::text[], $2::text[]) AS one (channel, payload)

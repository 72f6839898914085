-- Doorbells between processes: hints only, the truth is in the tables.

-- name: notify
-- Ring a channel with a short payload, once per batch and never per row.
SELECT pg_notify($1, $2);

-- name: take
-- Whether this session is the one that leads; it is until it ends.
SELECT pg_try_advisory_lock(8301, 0)

-- name: beat
-- This session is not silent.
SELECT true

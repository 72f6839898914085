-- name: be_there
-- This session is this process's until it ends. Shared, so that two whose names have the same number are both there.
SELECT pg_advisory_lock_shared(8302, hashtext($1))

-- name: take
-- Whether this session is the one that leads; it is until it ends.
SELECT pg_try_advisory_lock(8301, 0)

-- name: beat
-- This session is not silent.
SELECT true

-- name: bound
-- From now on the server ends this session when it is silent for so long. The session's number.
SELECT pg_backend_pid() FROM set_config('idle_session_timeout', $1, false)

-- name: bounds
-- The session's number, and after what silence it ends.
SELECT pg_backend_pid(), current_setting('idle_session_timeout')

-- name: be_there
-- This session is this process's until it ends. Shared, so that two whose names have the same number are both there.
SELECT pg_advisory_lock_shared(8302, hashtext($1))

-- name: take
-- Whether this session is the one that leads; it is until it ends. Only as itself: in another one that somebody shares
-- the lock would be everybody's.
SELECT CASE WHEN pg_backend_pid() = $1 THEN pg_try_advisory_lock(8301, 0) ELSE false END

-- name: beat
-- This session is not silent, and still the same one.
SELECT pg_backend_pid() = $1

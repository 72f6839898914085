-- name: take
-- Those of these locks that this session has now; nobody else has them until it lets go or ends.
SELECT k.key FROM unnest($1::text[]) AS k (key) WHERE pg_try_advisory_lock(8302, hashtext(k.key))

-- name: let_go
-- Others may have them.
SELECT pg_advisory_unlock(8302, hashtext(k.key)) FROM unnest($1::text[]) AS k (key)

-- name: lock
-- One router at a time for an organization, until the transaction ends.
SELECT pg_try_advisory_xact_lock(8301, hashtext($1))

-- name: waiting
-- Organizations in which something waits in a queue.
SELECT DISTINCT organization_id FROM conversations WHERE state = 'open' ORDER BY organization_id

-- name: open
-- A live connection of this process, of a user or of a customer's conversation.
INSERT INTO connections (process_id, id, organization_id, user_id, conversation_id, opened_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT connections_pkey DO NOTHING

-- name: close
-- A live connection is gone.
DELETE FROM connections WHERE process_id = $1 AND id = $2

-- name: rename
-- Live connections that came in the place of others of the same owner.
UPDATE connections c SET id = n.now_id FROM unnest($2::text[], $3::text[]) AS n (former_id, now_id)
WHERE c.process_id = $1 AND c.id = n.former_id
    AND NOT EXISTS (SELECT FROM connections o WHERE o.process_id = $1 AND o.id = n.now_id)

-- name: of_conversation
-- Whether the customer has a live connection.
SELECT EXISTS (SELECT FROM connections WHERE organization_id = $1 AND conversation_id = $2)

-- name: of_user
-- Whether the user has a live connection.
SELECT EXISTS (SELECT FROM connections WHERE organization_id = $1 AND user_id = $2)

-- name: of_process
-- Connections of a process that were opened before a moment and are not among those it has.
SELECT * FROM connections c WHERE process_id = $1 AND opened_at < $2
AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS live (id) WHERE live.id = c.id)
ORDER BY organization_id, id

-- name: unnoted
-- Which of the connections that a process has are not noted.
SELECT live.id FROM unnest($2::text[]) AS live (id)
WHERE NOT EXISTS (SELECT FROM connections c WHERE c.process_id = $1 AND c.id = live.id)

-- name: beat
-- This process is alive, of this release, which knows migrations up to a number. What time it is here: no process may
-- judge another one's life by its own clock.
INSERT INTO processes (id, seen_at, version, migration) VALUES ($1, now(), $2, $3)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING clock_timestamp()

-- name: end
-- This process has ended; its connections count as if it had been seen so many seconds from now for the last time.
UPDATE processes SET seen_at = now() + make_interval(secs => $2), ended_at = now() WHERE id = $1

-- name: others
-- The other processes that have not ended, when each was seen, and whether its session is there.
SELECT p.id, p.seen_at, EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 8302
        AND l.objid = hashtext(p.id)::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS session
FROM processes p WHERE p.id <> $1 AND p.ended_at IS NULL

-- name: of_dead
-- Connections of processes that have not been seen for so many seconds, and of some that are known to be dead.
SELECT c.* FROM connections c JOIN processes p ON p.id = c.process_id
WHERE p.seen_at < now() - make_interval(secs => $1) OR p.id = ANY ($3::text[])
ORDER BY c.organization_id, c.id LIMIT $2

-- name: forget_dead
-- Processes without connections that have not been seen for so many seconds.
DELETE FROM processes p WHERE seen_at < now() - make_interval(secs => $1) AND NOT EXISTS (SELECT FROM connections c WHERE c.process_id = p.id)

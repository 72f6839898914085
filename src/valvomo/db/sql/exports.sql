-- name: begin
-- A file that is being made.
INSERT INTO figure_exports (organization_id, id, user_id, name, media_type, at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: add
-- The next piece of it.
INSERT INTO figure_export_parts (organization_id, export_id, number, body) VALUES ($1, $2, $3, $4)

-- name: get
-- A file of its owner.
SELECT name, media_type FROM figure_exports WHERE organization_id = $1 AND id = $2 AND user_id = $3

-- name: part
-- A piece of it.
SELECT body FROM figure_export_parts WHERE organization_id = $1 AND export_id = $2 AND number = $3

-- name: drop
-- Files that were made before a moment; so many at a time.
DELETE FROM figure_exports WHERE ctid = ANY (ARRAY(SELECT ctid FROM figure_exports WHERE at < $1 LIMIT $2))

-- name: entries
-- What was counted, in order of its time, after a place in that order; with how the conversations ended.
SELECT e.position, e.place, e.counter, e.at, e.conversation_id, e.queue_id, e.channel, e.language, e.agent_id, e.ms,
    e.outbound, o.outcome
FROM figure_entries e
CROSS JOIN LATERAL (SELECT coalesce((SELECT substr(c.counter, 8) FROM figure_entries c
    WHERE c.organization_id = e.organization_id AND c.conversation_id = e.conversation_id AND c.counter LIKE 'closed.%'
    LIMIT 1), 'ongoing') AS outcome) o
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3 AND e.conversation_id <> ''
    AND ($4::text[] IS NULL OR e.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR e.agent_id = ANY ($5))
    AND ($6::text[] = '{}' OR e.channel = ANY ($6)) AND ($7::text[] = '{}' OR e.language = ANY ($7))
    AND ($8::text[] = '{}' OR o.outcome = ANY ($8))
    AND NOT (e.counter LIKE ANY ($9::text[])) AND ($14::boolean IS NULL OR e.outbound = $14)
    AND ($10::timestamptz IS NULL OR (e.at, e.position, e.place) > ($10, $11::bigint, $12::smallint))
ORDER BY e.at, e.position, e.place LIMIT $13

-- name: number
-- How many there are.
SELECT count(*)::bigint FROM figure_entries e
CROSS JOIN LATERAL (SELECT CASE WHEN $8::text[] <> '{}' THEN coalesce((SELECT substr(c.counter, 8) FROM figure_entries c
    WHERE c.organization_id = e.organization_id AND c.conversation_id = e.conversation_id AND c.counter LIKE 'closed.%'
    LIMIT 1), 'ongoing') END AS outcome) o
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3 AND e.conversation_id <> ''
    AND ($4::text[] IS NULL OR e.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR e.agent_id = ANY ($5))
    AND ($6::text[] = '{}' OR e.channel = ANY ($6)) AND ($7::text[] = '{}' OR e.language = ANY ($7))
    AND ($8::text[] = '{}' OR o.outcome = ANY ($8))
    AND NOT (e.counter LIKE ANY ($9::text[])) AND ($10::boolean IS NULL OR e.outbound = $10)

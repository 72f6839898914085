-- name: behind
-- Organizations in which more has happened than this reader has read; one that is new begins at its end.
WITH new AS (
    INSERT INTO journal_readers (organization_id, name, position)
    SELECT h.organization_id, $1, h.position FROM journal_heads h
    WHERE NOT EXISTS (SELECT FROM journal_readers r WHERE r.organization_id = h.organization_id AND r.name = $1)
    ON CONFLICT ON CONSTRAINT journal_readers_pkey DO NOTHING
)
SELECT h.organization_id, r.position, h.position AS head FROM journal_heads h
JOIN journal_readers r ON r.organization_id = h.organization_id AND r.name = $1
WHERE r.position < h.position ORDER BY h.organization_id

-- name: read_until
-- This reader has done everything up to here.
UPDATE journal_readers SET position = greatest(position, $3) WHERE organization_id = $1 AND name = $2

-- name: said_by_customers
-- What customers wrote, or said in calls, in a stretch of the journal, in order.
SELECT f.position, f.conversation_id, m.text FROM facts f
JOIN LATERAL (
    SELECT p.text FROM public_messages p WHERE p.organization_id = f.organization_id
        AND p.conversation_id = f.conversation_id AND p.seq = (f.body ->> 'seq')::bigint
    UNION ALL
    SELECT i.text FROM internal_messages i WHERE i.organization_id = f.organization_id AND i.visibility = 'spoken'
        AND i.conversation_id = f.conversation_id AND i.seq = (f.body ->> 'seq')::bigint
) m ON true
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3 AND f.kind = 'message_posted'
    AND f.body ->> 'author_role' = 'customer' ORDER BY f.position

-- name: handled_of
-- Seconds from acceptance to the end of the newest conversations of each queue, and what is taken for usual there now.
SELECT q.id AS queue_id, q.usual_handle_seconds, coalesce(c.seconds, '{}') AS seconds FROM queues q
LEFT JOIN LATERAL (
    SELECT array_agg(n.seconds) AS seconds FROM (
        SELECT extract(epoch FROM closed_at - (body ->> 'first_accepted_at')::timestamptz)::float8 AS seconds
        FROM conversations WHERE organization_id = q.organization_id AND queue_id = q.id AND state = 'closed'
            AND closed_at > $2 AND body ->> 'first_accepted_at' IS NOT NULL
        ORDER BY closed_at DESC LIMIT $3
    ) n
) c ON true
WHERE q.organization_id = $1 ORDER BY q.id

-- name: set_usual_handle
-- What nine of ten conversations of a queue take at most.
UPDATE queues SET usual_handle_seconds = $3 WHERE organization_id = $1 AND id = $2

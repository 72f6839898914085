-- name: came
-- Who came in a period, with the queue they came into first, and what became of them.
SELECT c.id, c.workstream_id, coalesce(q.id, c.queue_id) AS queue_id, c.channel, c.priority, c.queued_at, c.closed_at,
    c.body ->> 'closed_as' AS closed_as, (c.body ->> 'first_accepted_at')::timestamptz AS accepted_at,
    nullif(c.body -> 'needs', '[]') AS needs, c.body ->> 'affinity_id' AS affinity_id
FROM conversations c
JOIN facts f ON f.organization_id = c.organization_id AND f.conversation_id = c.id AND f.version = 1
LEFT JOIN queues q ON q.organization_id = c.organization_id AND q.id = f.body ->> 'queue_id'
WHERE c.organization_id = $1 AND c.queued_at >= $2 AND c.queued_at < $3 ORDER BY c.queued_at, c.id LIMIT $4

-- name: happened
-- What happened to them, in order, by these kinds.
SELECT f.conversation_id, f.kind, f.at, f.actor_id FROM conversations c
JOIN facts f ON f.organization_id = c.organization_id AND f.conversation_id = c.id AND f.kind <> 'message_posted'
WHERE c.organization_id = $1 AND c.queued_at >= $2 AND c.queued_at < $3 AND f.kind = ANY ($4::text[])
ORDER BY f.conversation_id, f.version

-- name: presences
-- Presences that were set between two positions, within a period, in order.
SELECT body ->> 'agent_id' AS agent_id, body ->> 'before' AS before, body ->> 'chosen' AS chosen, at FROM facts
WHERE organization_id = $1 AND position > $2 AND position <= $3 AND kind = 'presence_set' AND at >= $4 AND at < $5
ORDER BY position

-- name: came
-- Who came in a period, as they came: with the queue they came into first and what was known of them; and what became
-- of them.
SELECT c.id, c.workstream_id, coalesce(q.id, c.queue_id) AS queue_id, c.queue_id AS last_queue_id, c.channel,
    c.queued_at, c.closed_at,
    c.body ->> 'closed_as' AS closed_as, (c.body ->> 'first_accepted_at')::timestamptz AS accepted_at,
    coalesce((f.body ->> 'priority')::integer, 0) AS priority, coalesce(f.body -> 'needs', '[]') AS needs,
    f.body ->> 'affinity_id' AS affinity_id, f.body ->> 'routed_by' AS routed_by,
    coalesce(f.body ->> 'language', '') AS language, coalesce(f.body ->> 'subject', '') AS subject,
    coalesce(f.body -> 'answers', '{}') AS answers, coalesce(f.body -> 'context', '{}') AS context,
    f.body ->> 'customer_name' AS customer_name, coalesce(p.email, '') AS email, coalesce(p.phone, '') AS phone,
    p.created_at < c.created_at AS known
FROM conversations c
JOIN contacts p ON p.organization_id = c.organization_id AND p.id = c.contact_id
JOIN facts f ON f.organization_id = c.organization_id AND f.conversation_id = c.id AND f.version = 1
LEFT JOIN queues q ON q.organization_id = c.organization_id AND q.id = f.body ->> 'queue_id'
WHERE c.organization_id = $1 AND c.queued_at >= $2 AND c.queued_at < $3 ORDER BY c.queued_at, c.id LIMIT $4

-- name: happened
-- What happened to them, in order, by these kinds.
SELECT f.conversation_id, f.kind, f.at, f.actor_id, f.body #>> '{offer,agent_id}' AS agent_id,
    coalesce(f.body #>> '{offer,kind}' = 'assignment' AND f.body #>> '{offer,by_role}' = 'router', false) AS by_router,
    coalesce((f.body ->> 'auto')::boolean, false) AS auto, f.body ->> 'queue_id' AS queue_id, f.body ->> 'cause' AS cause
FROM conversations c
JOIN facts f ON f.organization_id = c.organization_id AND f.conversation_id = c.id AND f.kind <> 'message_posted'
WHERE c.organization_id = $1 AND c.queued_at >= $2 AND c.queued_at < $3 AND f.kind = ANY ($4::text[])
ORDER BY f.conversation_id, f.version

-- name: presences
-- Presences that were set between two positions, within a period, in order.
SELECT body ->> 'agent_id' AS agent_id, body ->> 'before' AS before, body ->> 'chosen' AS chosen, at FROM facts
WHERE organization_id = $1 AND position > $2 AND position <= $3 AND kind = 'presence_set' AND at >= $4 AND at < $5
ORDER BY position

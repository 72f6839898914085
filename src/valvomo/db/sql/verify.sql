-- name: facts_by_conversation
-- Facts in the order of their conversations, after one of them.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND (conversation_id, version) > ($2, $3) ORDER BY conversation_id, version LIMIT $4

-- name: conversations
-- These conversations as they are stored.
SELECT * FROM conversations WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: without_facts
-- Conversations that no fact explains.
SELECT id FROM conversations c WHERE organization_id = $1 AND NOT EXISTS (
    SELECT FROM facts f WHERE f.organization_id = c.organization_id AND f.conversation_id = c.id)
ORDER BY id LIMIT $2

-- name: stranded
-- What is not closed and owned by no account, a disabled one, or one without a role that serves.
SELECT c.id, c.state, c.owner_id FROM conversations c
LEFT JOIN users u ON u.organization_id = c.organization_id AND u.id = c.owner_id
WHERE c.organization_id = $1 AND c.state <> 'closed' AND c.owner_id IS NOT NULL
    AND (u.id IS NULL OR u.disabled OR NOT u.roles && ARRAY['agent', 'supervisor'])
ORDER BY c.id

-- name: messages
-- Messages by conversation and number, from both tables.
SELECT conversation_id, seq, public_seq, id, author_id, author_role, 'public' AS visibility, text, at
FROM public_messages
WHERE organization_id = $1 AND (conversation_id, seq) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))
UNION ALL
SELECT conversation_id, seq, NULL, id, author_id, author_role, visibility, text, at
FROM internal_messages
WHERE organization_id = $1 AND (conversation_id, seq) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))

-- name: message_counts
-- How many messages these conversations have in both tables.
SELECT conversation_id, count(*) AS messages FROM (
    SELECT conversation_id FROM public_messages WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])
    UNION ALL
    SELECT conversation_id FROM internal_messages WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])
) m GROUP BY conversation_id

-- name: holdings
-- What agents hold of these conversations.
SELECT conversation_id, agent_id, channel, units FROM holdings
WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: involved
-- Who is involved in these conversations.
SELECT conversation_id, person_id FROM involved WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: timers
-- The deadlines of these conversations.
SELECT conversation_id, name, due FROM timers WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

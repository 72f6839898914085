-- name: conversations
-- The next conversations by id, as they are stored, each with what its customer answered to the survey.
SELECT c.id, c.state, c.channel, c.workstream_id, c.queue_id, c.owner_id, c.contact_id,
    coalesce(c.body ->> 'customer_name', '') AS customer_name, coalesce(c.body ->> 'subject', '') AS subject,
    coalesce(c.body ->> 'language', '') AS language, c.priority, c.created_at, c.queued_at, c.first_response_at,
    c.last_message_at, c.closed_at, c.version, c.seq AS messages,
    CASE WHEN s.conversation_id IS NOT NULL THEN
        jsonb_build_object('score', s.score, 'comment', s.comment, 'answers', s.answers, 'at', s.at) END AS survey,
    c.body - ARRAY['customer_name', 'subject', 'language'] AS more
FROM conversations c
LEFT JOIN survey_answers s ON s.organization_id = c.organization_id AND s.conversation_id = c.id
WHERE c.organization_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3

-- name: messages
-- Messages of these conversations, public and internal, one conversation after the other, after one of them.
SELECT m.*, h.html FROM (
    SELECT conversation_id, seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, at,
        delivery, delivery_problem, attachments, media, NULL::jsonb AS spoken
    FROM public_messages
    WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND (conversation_id, seq) > ($3, $4)
    UNION ALL
    SELECT conversation_id, seq, NULL, id, author_id, author_role, author_name, visibility, text, at, NULL, NULL,
        attachments, NULL, spoken
    FROM internal_messages
    WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND (conversation_id, seq) > ($3, $4)
    ORDER BY conversation_id, seq LIMIT $5
) m
LEFT JOIN message_html h ON h.organization_id = $1 AND h.message_id = m.id
ORDER BY m.conversation_id, m.seq

-- name: contacts
-- The next contacts by id, with what they are recognized by.
SELECT c.id, c.name, c.email, c.phone, c.company, c.language, c.about, c.vip, c.created_at, c.merged_into, c.merged_at,
    coalesce((SELECT jsonb_agg(jsonb_build_object('workstream_id', i.workstream_id, 'subject', i.subject)
        ORDER BY i.workstream_id, i.subject) FROM contact_identities i
        WHERE i.organization_id = c.organization_id AND i.contact_id = c.id), '[]') AS identities,
    coalesce((SELECT jsonb_agg(jsonb_build_object('account_id', t.account_id, 'address', t.address)
        ORDER BY t.account_id, t.address) FROM channel_threads t
        WHERE t.organization_id = c.organization_id AND t.contact_id = c.id), '[]') AS addresses
FROM contacts c WHERE c.organization_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3

-- name: names
-- What the ids of all others stand for.
SELECT 'account' AS kind, id, name FROM channel_accounts WHERE organization_id = $1
UNION ALL
SELECT 'disposition', id, name FROM dispositions WHERE organization_id = $1
UNION ALL
SELECT 'person', id, name FROM users WHERE organization_id = $1
UNION ALL
SELECT 'queue', id, name FROM queues WHERE organization_id = $1
UNION ALL
SELECT 'skill', id, name FROM skills WHERE organization_id = $1
UNION ALL
SELECT 'workstream', id, name FROM workstreams WHERE organization_id = $1
ORDER BY 1, 2

-- name: silent
-- Positions of facts that nobody but supervisors may notice.
SELECT position FROM facts WHERE organization_id = $1 AND audited
    AND (kind IN ('muted', 'unmuted', 'pinned', 'unpinned')
        OR kind IN ('monitor_started', 'monitor_stopped') AND NOT (body ->> 'shown')::boolean)
ORDER BY position

-- name: previews
-- The last public message of every ongoing conversation.
SELECT m.conversation_id, m.author_name, m.author_role, left(said(m.text, m.attachments, m.media), 1000) AS text, m.at
FROM conversations c JOIN public_messages m ON m.organization_id = c.organization_id
    AND m.conversation_id = c.id AND m.public_seq = c.public_seq
WHERE c.organization_id = $1 AND c.state <> 'closed'

-- name: previews_of
-- The last public message of these conversations.
SELECT m.conversation_id, m.author_name, m.author_role, left(said(m.text, m.attachments, m.media), 1000) AS text, m.at
FROM conversations c JOIN public_messages m ON m.organization_id = c.organization_id
    AND m.conversation_id = c.id AND m.public_seq = c.public_seq
WHERE c.organization_id = $1 AND c.id = ANY ($2::text[])

-- name: words
-- The messages with these numbers, public and internal.
SELECT k.conversation_id, m.* FROM unnest($2::text[], $3::bigint[]) AS k (conversation_id, seq)
JOIN LATERAL (
    SELECT seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, client_id, at,
        delivery, delivery_problem, attachments, media, html, NULL::jsonb AS spoken
    FROM public_messages p
    WHERE p.organization_id = $1 AND p.conversation_id = k.conversation_id AND p.seq = k.seq
    UNION ALL
    SELECT seq, NULL, id, author_id, author_role, author_name, visibility, text, client_id, at, NULL, NULL, attachments,
        NULL, NULL, spoken
    FROM internal_messages i
    WHERE i.organization_id = $1 AND i.conversation_id = k.conversation_id AND i.seq = k.seq
) m ON true

-- name: people
-- Names of everybody with an account.
SELECT id, name FROM users WHERE organization_id = $1

-- name: actors
-- Accounts that are not disabled, with the queues that they serve and supervise.
SELECT u.*,
    ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.organization_id = u.organization_id AND m.user_id = u.id
        ORDER BY m.queue_id) AS queues,
    ARRAY(SELECT s.queue_id FROM queue_supervisors s WHERE s.organization_id = u.organization_id AND s.user_id = u.id
        ORDER BY s.queue_id) AS supervised
FROM users u WHERE u.organization_id = $1 AND u.id = ANY ($2::text[]) AND NOT u.disabled

-- name: valid_secrets
-- Which of these sessions and tokens, of staff and of customers, still open anything.
SELECT s.token_hash FROM sessions s JOIN users u ON u.organization_id = s.organization_id AND u.id = s.user_id
WHERE s.token_hash = ANY ($1::bytea[]) AND s.expires_at > $2 AND NOT u.disabled
UNION ALL
SELECT t.token_hash FROM api_tokens t JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
WHERE t.token_hash = ANY ($1::bytea[]) AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
    AND NOT u.disabled
UNION ALL
SELECT c.token_hash FROM customer_tokens c WHERE c.token_hash = ANY ($1::bytea[]) AND c.expires_at > $2

-- name: quiet
-- Since when the agents who serve anything have written nothing there, up to the next full minute.
SELECT owner_id, date_trunc('minute', interval '59.999999 seconds' + max(greatest(
    coalesce((body ->> 'accepted_at')::timestamptz, created_at), unanswered_since,
    CASE WHEN unanswered_since IS NULL THEN last_message_at END))) AS quiet_since
FROM conversations WHERE organization_id = $1 AND state = 'active' AND owner_id IS NOT NULL GROUP BY owner_id

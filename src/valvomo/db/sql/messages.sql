-- name: known
-- For each client id the message that was posted with it before, if any, and whether letters are written at all.
SELECT k.organization_id AS house, m.*,
    EXISTS (SELECT FROM webhooks w WHERE w.organization_id = k.organization_id AND NOT w.disabled
        AND w.bot_id IS NULL) AS letters
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (organization_id, conversation_id, author_id, client_id)
LEFT JOIN LATERAL (
    SELECT organization_id, conversation_id, seq, public_seq, id, author_id, author_role, author_name, NULL AS visibility,
        text, client_id, at, delivery, delivery_problem, attachments, media
    FROM public_messages p
    WHERE p.organization_id = k.organization_id AND p.conversation_id = k.conversation_id
        AND p.author_id = k.author_id AND p.client_id = k.client_id
    UNION ALL
    SELECT organization_id, conversation_id, seq, NULL, id, author_id, author_role, author_name, visibility,
        text, client_id, at, NULL, NULL, attachments, NULL
    FROM internal_messages i
    WHERE i.organization_id = k.organization_id AND i.conversation_id = k.conversation_id
        AND i.author_id = k.author_id AND i.client_id = k.client_id
) m ON true

-- name: write
-- What the customer can read, notes and whispers, and what they change of their conversations: any number of each.
WITH what_the_customer_reads AS (
    INSERT INTO public_messages SELECT * FROM jsonb_populate_recordset(NULL::public_messages, $1::jsonb)
), notes_and_whispers AS (
    INSERT INTO internal_messages SELECT * FROM jsonb_populate_recordset(NULL::internal_messages, $2::jsonb)
)
UPDATE conversations c SET version = n.version, revision = n.revision, seq = n.seq, public_seq = n.public_seq,
    unanswered_since = n.unanswered_since, first_response_at = n.first_response_at,
    last_message_at = n.last_message_at
FROM jsonb_populate_recordset(NULL::conversations, $3::jsonb) n
WHERE c.organization_id = n.organization_id AND c.id = n.id

-- name: public_after
-- What the customer can read after a number of theirs.
SELECT seq, public_seq, id, author_id, author_role, author_name, text, client_id, at, delivery,
    delivery_problem, attachments, media
FROM public_messages
WHERE organization_id = $1 AND conversation_id = $2 AND public_seq > $3 ORDER BY public_seq LIMIT $4

-- name: all_after
-- Everything that was written after a number, for the house.
SELECT seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, client_id, at,
    delivery, delivery_problem, attachments, media, html, NULL::jsonb AS spoken
FROM public_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq > $3
UNION ALL
SELECT seq, NULL, id, author_id, author_role, author_name, visibility, text, client_id, at, NULL, NULL, attachments, NULL,
    NULL, spoken
FROM internal_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq > $3
ORDER BY seq LIMIT $4

-- name: all_after_many
-- Everything that was written after a number in each of these conversations, for the house.
SELECT k.conversation_id, m.* FROM unnest($2::text[], $3::bigint[]) AS k (conversation_id, number)
JOIN LATERAL (
    SELECT seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, client_id, at,
        delivery, delivery_problem, attachments, media, html, NULL::jsonb AS spoken
    FROM public_messages p
    WHERE p.organization_id = $1 AND p.conversation_id = k.conversation_id AND p.seq > k.number
    UNION ALL
    SELECT seq, NULL, id, author_id, author_role, author_name, visibility, text, client_id, at, NULL, NULL, attachments,
        NULL, NULL, spoken
    FROM internal_messages i
    WHERE i.organization_id = $1 AND i.conversation_id = k.conversation_id AND i.seq > k.number
    ORDER BY seq LIMIT $4
) m ON true
ORDER BY k.conversation_id, m.seq

-- name: deliveries
-- The newest messages of a conversation, up to a number, that may have changed since they were posted, because they go
-- out over a channel or brought files over one; oldest first.
SELECT * FROM (
    SELECT seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, client_id, at,
        delivery, delivery_problem, attachments, media, html
    FROM public_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq <= $3
        AND (delivery IS NOT NULL OR media IS NOT NULL)
    ORDER BY seq DESC LIMIT $4
) m ORDER BY seq

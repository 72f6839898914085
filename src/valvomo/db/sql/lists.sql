-- name: ongoing
-- Conversations that match, in the order asked for, after a place in that order. Who sees what is decided by the
-- rule on each row; `scope` only spares reading what nobody here could see.
WITH listed AS (
    SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
        m.author_name AS last_author, m.author_role AS last_role,
        m.at AS last_at,
        (CASE $11::text
            WHEN 'created' THEN (extract(epoch FROM c.created_at) * 1000000)::bigint
            WHEN 'activity' THEN (extract(epoch FROM coalesce(c.last_message_at, c.created_at)) * 1000000)::bigint
            WHEN 'priority' THEN c.priority
            WHEN 'unanswered' THEN coalesce((extract(epoch FROM c.unanswered_since) * 1000000)::bigint, 1::bigint << 53)
            WHEN 'queued' THEN (extract(epoch FROM c.queued_at) * 1000000)::bigint
            WHEN 'closed' THEN coalesce((extract(epoch FROM c.closed_at) * 1000000)::bigint, 1::bigint << 53)
            ELSE 0 END) * $12::bigint AS rank,
        (CASE $11::text WHEN 'customer' THEN lower(c.body ->> 'customer_name')
            WHEN 'subject' THEN lower(c.body ->> 'subject') ELSE '' END) COLLATE "C" AS word
    FROM conversations c
    LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
        AND m.public_seq = c.public_seq
    WHERE c.organization_id = $1
        AND ($2 OR c.queue_id = ANY ($3::text[]) OR c.owner_id = $4 OR c.body -> 'served_by' ? $4
            OR (c.state = 'open' AND c.queue_id = ANY ($5::text[]))
            OR EXISTS (SELECT FROM involved i WHERE i.organization_id = c.organization_id
                AND i.conversation_id = c.id AND i.person_id = $4))
        AND CASE WHEN $6::text[] = '{}' THEN c.state <> 'closed' ELSE c.state = ANY ($6::text[]) END
        AND ($7::text[] = '{}' OR c.queue_id = ANY ($7::text[]))
        AND ($8::text[] = '{}' OR c.owner_id = ANY ($8::text[]))
        AND ($9::text[] = '{}' OR c.channel = ANY ($9::text[]))
        AND ($10 = '' OR strpos(lower(c.body ->> 'customer_name'), lower($10)) > 0
            OR strpos(lower(c.body ->> 'subject'), lower($10)) > 0
            OR (strpos(lower(m.text), lower($10)) > 0
                AND (c.body -> 'consent' ->> 'policy' <> 'consent' OR (c.body -> 'consent' ->> 'answer')::boolean)
                AND ($2 OR c.queue_id = ANY ($3::text[]) OR c.owner_id = $4)))
        AND ($17::text[] = '{}' OR c.contact_id = ANY ($17::text[]))
        AND ($18::text[] = '{}' OR coalesce(CASE WHEN $2 OR $19 OR c.queue_id = ANY ($3::text[])
            THEN c.body ->> 'sentiment_level' END, 'none') = ANY ($18::text[]))
)
SELECT * FROM listed
WHERE $15::text IS NULL OR (rank, word, id) > ($13::bigint, $14::text COLLATE "C", $15::text COLLATE "C")
ORDER BY rank, word, id LIMIT $16

-- name: last_line
-- The last public message of one conversation.
SELECT said(text, attachments, media) AS text, author_name, author_role, at FROM public_messages
WHERE organization_id = $1 AND conversation_id = $2 ORDER BY public_seq DESC LIMIT 1

-- name: waiting
-- How many conversations wait for acceptance in each queue: open ones, and offered ones that nobody has accepted, but
-- for those whose customer is to be called again later.
SELECT queue_id, count(*)::integer AS waiting FROM conversations
WHERE organization_id = $1 AND body -> 'deadlines' ->> 'recall' IS NULL
    AND (state = 'open' OR (state = 'active' AND owner_id IS NULL AND body ->> 'bot_id' IS NULL))
GROUP BY queue_id

-- name: sample_key
-- The key of the oldest live chat, for the sample page; only where there is no doubt whose page it is.
SELECT key FROM workstreams WHERE channel = 'live_chat' AND (SELECT count(*) FROM organizations) = 1
ORDER BY created_at, id LIMIT 1

-- name: alive
-- Whether the database answers.
SELECT 1

-- Closed conversations in each of their orders. `closed_ones` says which, its arguments are the first thirteen.

-- name: closed
-- A page of them that were closed, in the order of that.
WITH page AS (
    SELECT c.*, (extract(epoch FROM c.closed_at) * 1000000)::bigint AS rank, '' AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::timestamptz IS NULL OR (c.closed_at, c.id) > ($14, $15::text COLLATE "C")
    ORDER BY c.closed_at, c.id LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank, c.word, c.id

-- name: closed_falling
-- A page of them that were closed, in the order of that, backwards.
WITH page AS (
    SELECT c.*, (extract(epoch FROM c.closed_at) * 1000000)::bigint AS rank, '' AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::timestamptz IS NULL OR (c.closed_at, c.id) < ($14, $15::text COLLATE "C")
    ORDER BY c.closed_at DESC, c.id DESC LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank DESC, c.word DESC, c.id DESC

-- name: created
-- A page of them as they began.
WITH page AS (
    SELECT c.*, (extract(epoch FROM c.created_at) * 1000000)::bigint AS rank, '' AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::timestamptz IS NULL OR (c.created_at, c.id) > ($14, $15::text COLLATE "C")
    ORDER BY c.created_at, c.id LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank, c.word, c.id

-- name: created_falling
-- A page of them as they began, backwards.
WITH page AS (
    SELECT c.*, (extract(epoch FROM c.created_at) * 1000000)::bigint AS rank, '' AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::timestamptz IS NULL OR (c.created_at, c.id) < ($14, $15::text COLLATE "C")
    ORDER BY c.created_at DESC, c.id DESC LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank DESC, c.word DESC, c.id DESC

-- name: customer
-- A page of them by the names of their customers.
WITH page AS (
    SELECT c.*, 0 AS rank, left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::text IS NULL OR (left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id) > ($14 COLLATE "C", $15::text COLLATE "C")
    ORDER BY left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank, c.word, c.id

-- name: customer_falling
-- A page of them by the names of their customers, backwards.
WITH page AS (
    SELECT c.*, 0 AS rank, left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::text IS NULL OR (left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id) < ($14 COLLATE "C", $15::text COLLATE "C")
    ORDER BY left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" DESC, c.id DESC LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank DESC, c.word DESC, c.id DESC

-- name: subject
-- A page of them by their subjects.
WITH page AS (
    SELECT c.*, 0 AS rank, left(lower(c.body ->> 'subject'), 100) COLLATE "C" AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::text IS NULL OR (left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id) > ($14 COLLATE "C", $15::text COLLATE "C")
    ORDER BY left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank, c.word, c.id

-- name: subject_falling
-- A page of them by their subjects, backwards.
WITH page AS (
    SELECT c.*, 0 AS rank, left(lower(c.body ->> 'subject'), 100) COLLATE "C" AS word
    FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
    WHERE $14::text IS NULL OR (left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id) < ($14 COLLATE "C", $15::text COLLATE "C")
    ORDER BY left(lower(c.body ->> 'subject'), 100) COLLATE "C" DESC, c.id DESC LIMIT $16
)
SELECT c.*, CASE WHEN m.at IS NOT NULL THEN said(m.text, m.attachments, m.media) END AS last_text,
    m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM page c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
ORDER BY c.rank DESC, c.word DESC, c.id DESC

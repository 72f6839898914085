-- Closed conversations in each of their orders. `closed_ones` says which, its arguments are the first thirteen; `last_line` is what was
-- said last, beside each.

-- name: closed
-- A page of them that were closed, in the order of that.
SELECT c.*, line.*, (extract(epoch FROM c.closed_at) * 1000000)::bigint AS rank, '' AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::timestamptz IS NULL OR (c.closed_at, c.id) > ($14, $15::text COLLATE "C")
ORDER BY c.closed_at, c.id LIMIT $16

-- name: closed_falling
-- A page of them that were closed, in the order of that, backwards.
SELECT c.*, line.*, (extract(epoch FROM c.closed_at) * 1000000)::bigint AS rank, '' AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::timestamptz IS NULL OR (c.closed_at, c.id) < ($14, $15::text COLLATE "C")
ORDER BY c.closed_at DESC, c.id DESC LIMIT $16

-- name: created
-- A page of them as they began.
SELECT c.*, line.*, (extract(epoch FROM c.created_at) * 1000000)::bigint AS rank, '' AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::timestamptz IS NULL OR (c.created_at, c.id) > ($14, $15::text COLLATE "C")
ORDER BY c.created_at, c.id LIMIT $16

-- name: created_falling
-- A page of them as they began, backwards.
SELECT c.*, line.*, (extract(epoch FROM c.created_at) * 1000000)::bigint AS rank, '' AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::timestamptz IS NULL OR (c.created_at, c.id) < ($14, $15::text COLLATE "C")
ORDER BY c.created_at DESC, c.id DESC LIMIT $16

-- name: customer
-- A page of them by the names of their customers.
SELECT c.*, line.*, 0 AS rank, left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::text IS NULL OR (left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id) > ($14 COLLATE "C", $15::text COLLATE "C")
ORDER BY left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id LIMIT $16

-- name: customer_falling
-- A page of them by the names of their customers, backwards.
SELECT c.*, line.*, 0 AS rank, left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::text IS NULL OR (left(lower(c.body ->> 'customer_name'), 100) COLLATE "C", c.id) < ($14 COLLATE "C", $15::text COLLATE "C")
ORDER BY left(lower(c.body ->> 'customer_name'), 100) COLLATE "C" DESC, c.id DESC LIMIT $16

-- name: subject
-- A page of them by their subjects.
SELECT c.*, line.*, 0 AS rank, left(lower(c.body ->> 'subject'), 100) COLLATE "C" AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::text IS NULL OR (left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id) > ($14 COLLATE "C", $15::text COLLATE "C")
ORDER BY left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id LIMIT $16

-- name: subject_falling
-- A page of them by their subjects, backwards.
SELECT c.*, line.*, 0 AS rank, left(lower(c.body ->> 'subject'), 100) COLLATE "C" AS word
FROM closed_ones($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) c
LEFT JOIN LATERAL last_line(c.organization_id, c.id, c.public_seq) line ON true
WHERE $14::text IS NULL OR (left(lower(c.body ->> 'subject'), 100) COLLATE "C", c.id) < ($14 COLLATE "C", $15::text COLLATE "C")
ORDER BY left(lower(c.body ->> 'subject'), 100) COLLATE "C" DESC, c.id DESC LIMIT $16

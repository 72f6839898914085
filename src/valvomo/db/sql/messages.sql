-- name: known
-- Messages that were posted before with the same client ids, from both tables.
SELECT k.organization_id, k.conversation_id, k.author_id, k.client_id, m.id, m.seq, m.public_seq, m.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (organization_id, conversation_id, author_id, client_id)
JOIN LATERAL (
    SELECT id, seq, public_seq, at FROM public_messages p
    WHERE p.organization_id = k.organization_id AND p.conversation_id = k.conversation_id
        AND p.author_id = k.author_id AND p.client_id = k.client_id
    UNION ALL
    SELECT id, seq, NULL, at FROM internal_messages i
    WHERE i.organization_id = k.organization_id AND i.conversation_id = k.conversation_id
        AND i.author_id = k.author_id AND i.client_id = k.client_id
) m ON true

-- name: insert_public
-- What the customer can read.
INSERT INTO public_messages (organization_id, conversation_id, seq, public_seq, id, author_id, author_role,
    author_name, text, client_id, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::timestamptz[])

-- name: insert_internal
-- Notes and whispers.
INSERT INTO internal_messages (organization_id, conversation_id, seq, id, author_id, author_role, author_name,
    visibility, text, client_id, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::timestamptz[])

-- name: public_after
-- What the customer can read after a number of theirs.
SELECT seq, public_seq, id, author_id, author_role, author_name, text, client_id, at FROM public_messages
WHERE organization_id = $1 AND conversation_id = $2 AND public_seq > $3 ORDER BY public_seq LIMIT $4

-- name: all_after
-- Everything that was written after a number, for the house.
SELECT seq, public_seq, id, author_id, author_role, author_name, 'public' AS visibility, text, client_id, at
FROM public_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq > $3
UNION ALL
SELECT seq, NULL, id, author_id, author_role, author_name, visibility, text, client_id, at
FROM internal_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq > $3
ORDER BY seq LIMIT $4

-- name: behind
-- Organizations whose journal has not been read to its end, or whose words are to be made anew: how far it has been read.
SELECT h.organization_id, coalesce(s.position, 0) AS position, h.position AS head
FROM journal_heads h LEFT JOIN search_positions s USING (organization_id)
WHERE h.position > coalesce(s.position, 0)
    OR EXISTS (SELECT FROM search_again a WHERE a.organization_id = h.organization_id)
ORDER BY h.organization_id

-- name: read_to
-- The journal has been read for words up to here.
INSERT INTO search_positions (organization_id, position) VALUES ($1, $2)
ON CONFLICT (organization_id) DO UPDATE SET position = greatest(search_positions.position, excluded.position)

-- name: add_public
-- Words of the public messages that facts after a position, up to another, speak of: of these and no others.
INSERT INTO public_words (organization_id, conversation_id, seq, at, language, words)
SELECT m.organization_id, m.conversation_id, m.seq, m.at, l.language, search_words($1, l.language, m.text)
FROM facts f JOIN conversations c ON c.organization_id = $1 AND c.id = f.conversation_id
CROSS JOIN LATERAL (SELECT search_language(coalesce(c.body ->> 'language', '')) AS language) l
JOIN public_messages m ON m.organization_id = $1 AND m.conversation_id = f.conversation_id
    AND m.seq = (f.body ->> 'seq')::bigint
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3 AND f.kind = 'message_posted'
ON CONFLICT ON CONSTRAINT public_words_pkey DO UPDATE SET language = excluded.language, words = excluded.words
WHERE public_words.words <> excluded.words

-- name: add_internal
-- The same of notes and whispers.
INSERT INTO internal_words (organization_id, conversation_id, seq, at, language, words)
SELECT m.organization_id, m.conversation_id, m.seq, m.at, l.language, search_words($1, l.language, m.text)
FROM facts f JOIN conversations c ON c.organization_id = $1 AND c.id = f.conversation_id
CROSS JOIN LATERAL (SELECT search_language(coalesce(c.body ->> 'language', '')) AS language) l
JOIN internal_messages m ON m.organization_id = $1 AND m.conversation_id = f.conversation_id
    AND m.seq = (f.body ->> 'seq')::bigint
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3 AND f.kind = 'message_posted'
ON CONFLICT ON CONSTRAINT internal_words_pkey DO UPDATE SET language = excluded.language, words = excluded.words
WHERE internal_words.words <> excluded.words

-- name: put_again
-- Conversations of whose language facts after a position, up to another, speak: their words are to be made anew.
INSERT INTO search_again (organization_id, conversation_id, seq)
SELECT DISTINCT $1, c.id, 0
FROM facts f JOIN conversations c ON c.organization_id = $1 AND c.id = f.conversation_id
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3
    AND f.kind IN ('language_detected', 'details_changed') AND f.body ->> 'language' <> ''
ON CONFLICT ON CONSTRAINT search_again_pkey DO UPDATE SET seq = 0

-- name: again
-- Some of them: from which number on, the last number of the conversation, and its language.
SELECT a.conversation_id, a.seq, c.seq AS last, search_language(coalesce(c.body ->> 'language', '')) AS language
FROM search_again a JOIN conversations c ON c.organization_id = $1 AND c.id = a.conversation_id
WHERE a.organization_id = $1 ORDER BY a.conversation_id LIMIT $2

-- name: renew_public
-- Words of public messages of a conversation after a number, up to another, by its language.
UPDATE public_words w SET language = $5, words = search_words($1, $5, m.text)
FROM public_messages m
WHERE w.organization_id = $1 AND w.conversation_id = $2 AND w.seq > $3 AND w.seq <= $4 AND w.language <> $5
    AND m.organization_id = $1 AND m.conversation_id = $2 AND m.seq = w.seq

-- name: renew_internal
-- The same of notes and whispers.
UPDATE internal_words w SET language = $5, words = search_words($1, $5, m.text)
FROM internal_messages m
WHERE w.organization_id = $1 AND w.conversation_id = $2 AND w.seq > $3 AND w.seq <= $4 AND w.language <> $5
    AND m.organization_id = $1 AND m.conversation_id = $2 AND m.seq = w.seq

-- name: renewed_to
-- They are made anew up to here.
UPDATE search_again SET seq = $3 WHERE organization_id = $1 AND conversation_id = $2

-- name: renewed
-- All of them are.
DELETE FROM search_again WHERE organization_id = $1 AND conversation_id = $2

-- name: means
-- Whether there is anything in it to search for.
SELECT numnode(websearch_to_tsquery('pg_catalog.simple', $1)) > 0

-- name: hits
-- Messages that hold the words, the latest first, before a place in that order, each with its conversation. Who reads
-- what is decided by the rule on each; the scope only spares reading what nobody here could read. What has been taken out
-- of a message since is not found: its text as it is stored is looked at again. What looks like markup is text.
WITH asked AS MATERIALIZED (SELECT search_query($1, $2) AS query),
found AS (
    SELECT w.conversation_id, w.seq, w.at, w.language, false AS internal FROM asked, public_words w
    WHERE w.organization_id = $1 AND w.words @@ asked.query
        AND ($3::timestamptz IS NULL OR w.at >= $3) AND ($4::timestamptz IS NULL OR w.at < $4)
        AND ($5::timestamptz IS NULL OR (w.at, w.conversation_id, w.seq) < ($5, $6::text COLLATE "C", $7::bigint))
    UNION ALL
    SELECT w.conversation_id, w.seq, w.at, w.language, true FROM asked, internal_words w
    WHERE w.organization_id = $1 AND w.words @@ asked.query
        AND ($3::timestamptz IS NULL OR w.at >= $3) AND ($4::timestamptz IS NULL OR w.at < $4)
        AND ($5::timestamptz IS NULL OR (w.at, w.conversation_id, w.seq) < ($5, $6::text COLLATE "C", $7::bigint))
),
readable AS (
    SELECT f.* FROM found f JOIN conversations c ON c.organization_id = $1 AND c.id = f.conversation_id
    WHERE ($8 OR c.queue_id = ANY ($9::text[]) OR c.owner_id = $10 OR c.body -> 'served_by' ? $10
            OR EXISTS (SELECT FROM involved i WHERE i.organization_id = $1 AND i.conversation_id = c.id
                AND i.person_id = $10))
        AND ($11::text[] = '{}' OR c.queue_id = ANY ($11))
        AND ($12::text[] = '{}' OR c.owner_id = ANY ($12) OR c.body -> 'served_by' ?| $12)
        AND ($13::text[] = '{}' OR c.channel = ANY ($13))
    ORDER BY f.at DESC, f.conversation_id DESC, f.seq DESC LIMIT $14
)
SELECT c.*, r.seq AS hit_seq, r.at AS hit_at, m.id AS message_id, m.author_id, m.author_name, m.author_role,
    m.visibility, search_words($1, r.language, m.text) @@ asked.query AS holds,
    ts_headline(search_dictionary(r.language), translate(m.text, '<>' || chr(2) || chr(3), chr(4) || chr(5)),
        websearch_to_tsquery(search_dictionary(r.language), $2) || websearch_to_tsquery('pg_catalog.simple', $2),
        'HighlightAll=true, StartSel=' || chr(2) || ', StopSel=' || chr(3))
        AS headline
FROM asked, readable r JOIN conversations c ON c.organization_id = $1 AND c.id = r.conversation_id
JOIN LATERAL (
    SELECT p.id, p.author_id, p.author_name, p.author_role, p.text, 'public' AS visibility FROM public_messages p
    WHERE NOT r.internal AND p.organization_id = $1 AND p.conversation_id = r.conversation_id AND p.seq = r.seq
    UNION ALL
    SELECT i.id, i.author_id, i.author_name, i.author_role, i.text, i.visibility FROM internal_messages i
    WHERE r.internal AND i.organization_id = $1 AND i.conversation_id = r.conversation_id AND i.seq = r.seq
) m ON true
ORDER BY r.at DESC, r.conversation_id DESC, r.seq DESC

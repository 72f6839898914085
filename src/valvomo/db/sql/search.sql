-- name: behind
-- Organizations whose journal has not been read to its end, with how far it has been.
SELECT h.organization_id, coalesce(s.position, 0) AS position, h.position AS head
FROM journal_heads h LEFT JOIN search_positions s USING (organization_id)
WHERE h.position > coalesce(s.position, 0) ORDER BY h.organization_id

-- name: read_to
-- The journal has been read for words up to here.
INSERT INTO search_positions (organization_id, position) VALUES ($1, $2)
ON CONFLICT (organization_id) DO UPDATE SET position = excluded.position

-- name: add_public
-- Words of the public messages that facts after a position, up to another, speak of; all of a conversation's where its
-- language is known better now.
WITH touched AS (
    SELECT conversation_id, min(CASE kind WHEN 'message_posted' THEN (body ->> 'seq')::bigint ELSE 0 END) AS since
    FROM facts WHERE organization_id = $1 AND position > $2 AND position <= $3
        AND (kind = 'message_posted' OR (kind IN ('language_detected', 'details_changed') AND body ->> 'language' <> ''))
    GROUP BY conversation_id
)
INSERT INTO public_words (organization_id, conversation_id, seq, at, dictionary, words)
SELECT m.organization_id, m.conversation_id, m.seq, m.at, d.dictionary, search_words($1, d.dictionary, m.text)
FROM touched t JOIN conversations c ON c.organization_id = $1 AND c.id = t.conversation_id
CROSS JOIN LATERAL (SELECT search_dictionary(coalesce(c.body ->> 'language', '')) AS dictionary) d
JOIN public_messages m ON m.organization_id = $1 AND m.conversation_id = t.conversation_id AND m.seq >= t.since
ON CONFLICT ON CONSTRAINT public_words_pkey DO UPDATE SET dictionary = excluded.dictionary, words = excluded.words
WHERE public_words.words <> excluded.words

-- name: add_internal
-- The same of notes and whispers.
WITH touched AS (
    SELECT conversation_id, min(CASE kind WHEN 'message_posted' THEN (body ->> 'seq')::bigint ELSE 0 END) AS since
    FROM facts WHERE organization_id = $1 AND position > $2 AND position <= $3
        AND (kind = 'message_posted' OR (kind IN ('language_detected', 'details_changed') AND body ->> 'language' <> ''))
    GROUP BY conversation_id
)
INSERT INTO internal_words (organization_id, conversation_id, seq, at, dictionary, words)
SELECT m.organization_id, m.conversation_id, m.seq, m.at, d.dictionary, search_words($1, d.dictionary, m.text)
FROM touched t JOIN conversations c ON c.organization_id = $1 AND c.id = t.conversation_id
CROSS JOIN LATERAL (SELECT search_dictionary(coalesce(c.body ->> 'language', '')) AS dictionary) d
JOIN internal_messages m ON m.organization_id = $1 AND m.conversation_id = t.conversation_id AND m.seq >= t.since
ON CONFLICT ON CONSTRAINT internal_words_pkey DO UPDATE SET dictionary = excluded.dictionary, words = excluded.words
WHERE internal_words.words <> excluded.words

-- name: means
-- Whether there is anything in it to search for.
SELECT numnode(websearch_to_tsquery('pg_catalog.simple', $1)) > 0

-- name: hits
-- Messages that hold the words, the latest first, before a place in that order, each with its conversation. Who reads
-- what is decided by the rule on each; the scope only spares reading what nobody here could read. What has been taken out
-- of a message since is not found: its text as it is stored is looked at again. What looks like markup is text.
WITH asked AS MATERIALIZED (SELECT search_query($1, $2) AS query),
found AS (
    SELECT w.conversation_id, w.seq, w.at, w.dictionary, false AS internal FROM asked, public_words w
    WHERE w.organization_id = $1 AND w.words @@ asked.query
        AND ($3::timestamptz IS NULL OR w.at >= $3) AND ($4::timestamptz IS NULL OR w.at < $4)
        AND ($5::timestamptz IS NULL OR (w.at, w.conversation_id, w.seq) < ($5, $6::text COLLATE "C", $7::bigint))
    UNION ALL
    SELECT w.conversation_id, w.seq, w.at, w.dictionary, true FROM asked, internal_words w
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
    m.visibility, search_words($1, r.dictionary, m.text) @@ asked.query AS holds,
    ts_headline(r.dictionary, translate(m.text, '<>' || chr(2) || chr(3), chr(4) || chr(5)),
        websearch_to_tsquery(r.dictionary, $2) || websearch_to_tsquery('pg_catalog.simple', $2),
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

-- name: form
-- The form of a workstream's records.
SELECT version, body FROM record_forms WHERE organization_id = $1 AND workstream_id = $2

-- name: forms
-- The form of every workstream for records, with the workstream's name; those without a form of their own too.
SELECT w.id AS workstream_id, w.name, w.queue_id, coalesce(f.version, 0) AS version, f.body
FROM workstreams w
LEFT JOIN record_forms f ON f.organization_id = w.organization_id AND f.workstream_id = w.id
WHERE w.organization_id = $1 AND w.channel = 'record' ORDER BY w.created_at, w.id

-- name: set_form
-- The form of a workstream's records, as it is from now on.
INSERT INTO record_forms (organization_id, workstream_id, version, body, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT record_forms_pkey
DO UPDATE SET version = excluded.version, body = excluded.body, changed_at = excluded.changed_at

-- name: take_key
-- The record that has this key; the new one's id where nobody had it.
WITH taken AS (
    INSERT INTO record_keys (organization_id, workstream_id, key, conversation_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT ON CONSTRAINT record_keys_pkey DO NOTHING RETURNING conversation_id
)
SELECT conversation_id FROM taken
UNION ALL
SELECT conversation_id FROM record_keys WHERE organization_id = $1 AND workstream_id = $2 AND key = $3
LIMIT 1

-- name: known_keys
-- Which of these keys have a record.
SELECT key, conversation_id FROM record_keys WHERE organization_id = $1 AND workstream_id = $2 AND key = ANY ($3::text[])

-- name: links
-- What a record or a conversation is linked with, from both sides, the newest first.
SELECT other_id AS id, by_id, by_name, at, true AS outgoing FROM record_links
WHERE organization_id = $1 AND record_id = $2
UNION ALL
SELECT record_id, by_id, by_name, at, false FROM record_links WHERE organization_id = $1 AND other_id = $2
ORDER BY at DESC, id DESC

-- name: count_links
-- How many links it has, from both sides.
SELECT (SELECT count(*) FROM record_links WHERE organization_id = $1 AND record_id = $2)
    + (SELECT count(*) FROM record_links WHERE organization_id = $1 AND other_id = $2)

-- name: add_link
-- A link, unless the two are linked already, from whichever side.
INSERT INTO record_links (organization_id, record_id, other_id, by_id, by_name, at)
SELECT $1, $2, $3, $4, $5, $6
WHERE NOT EXISTS (SELECT FROM record_links WHERE organization_id = $1 AND record_id = $3 AND other_id = $2)
ON CONFLICT ON CONSTRAINT record_links_pkey DO NOTHING RETURNING true

-- name: drop_link
-- A link no more, from whichever side it was made.
DELETE FROM record_links WHERE organization_id = $1
    AND ((record_id = $2 AND other_id = $3) OR (record_id = $3 AND other_id = $2)) RETURNING true

-- name: listed
-- Records that match, in the order asked for, after a place in that order. Who sees what is decided by the rule on
-- each row; `scope` only spares reading what nobody here could see.
WITH listed AS (
    SELECT c.*, NULL::text AS last_text,
        (CASE $10::text
            WHEN 'due' THEN coalesce(
                (extract(epoch FROM (c.body -> 'record' ->> 'due_at')::timestamptz) * 1000000)::bigint, 1::bigint << 61)
            WHEN 'priority' THEN c.priority
            WHEN 'created' THEN (extract(epoch FROM c.created_at) * 1000000)::bigint
            ELSE 0 END) * $11::bigint AS rank,
        (CASE $10::text WHEN 'subject' THEN lower(c.body ->> 'subject')
            WHEN 'customer' THEN lower(c.body ->> 'customer_name') ELSE '' END) COLLATE "C" AS word
    FROM conversations c
    WHERE c.organization_id = $1 AND c.channel = 'record'
        AND ($2 OR c.queue_id = ANY ($3::text[]) OR c.owner_id = $4 OR c.body -> 'served_by' ? $4
            OR (c.state = 'open' AND c.queue_id = ANY ($5::text[]))
            OR EXISTS (SELECT FROM involved i WHERE i.organization_id = c.organization_id
                AND i.conversation_id = c.id AND i.person_id = $4))
        AND (($6::text[] = '{}' AND c.state <> 'closed') OR CASE WHEN c.state = 'closed' THEN 'resolved'
            WHEN c.state = 'waiting' THEN 'on_hold' WHEN c.owner_id IS NOT NULL THEN 'in_progress'
            ELSE 'open' END = ANY ($6::text[]))
        AND ($7 = '' OR c.workstream_id = $7)
        AND ($8::jsonb IS NULL OR c.body -> 'record' ->> 'status' = ANY (ARRAY(SELECT jsonb_array_elements_text($8 -> 'chosen')))
            OR (c.body -> 'record' ->> 'status' IS NULL AND CASE WHEN c.state = 'closed' THEN 'resolved'
                WHEN c.state = 'waiting' THEN 'on_hold' WHEN c.owner_id IS NOT NULL THEN 'in_progress'
                ELSE 'open' END = ANY (ARRAY(SELECT jsonb_array_elements_text($8 -> 'usual')))))
        AND ($9 = '' OR strpos(lower(c.body ->> 'customer_name'), lower($9)) > 0
            OR strpos(lower(c.body ->> 'subject'), lower($9)) > 0 OR c.body -> 'record' ->> 'key' = $9)
        AND ($16::jsonb = '{}' OR c.body -> 'record' -> 'fields' @> $16::jsonb)
        AND ($17::timestamptz IS NULL OR (c.body -> 'record' ->> 'due_at')::timestamptz < $17)
        AND ($18::text[] = '{}' OR c.queue_id = ANY ($18::text[]))
        AND ($19::text[] = '{}' OR c.contact_id = ANY ($19::text[]))
)
SELECT * FROM listed
WHERE $14::text IS NULL OR (rank, word, id) > ($12::bigint, $13::text COLLATE "C", $14::text COLLATE "C")
ORDER BY rank, word, id LIMIT $15

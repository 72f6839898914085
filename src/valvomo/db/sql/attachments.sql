-- name: begin
-- A file is about to come.
INSERT INTO attachments (organization_id, id, conversation_id, author_id, side, name, media_type, progress, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'arriving', $8)

-- name: free_of
-- How many files of this person no message has taken yet, in a conversation.
SELECT count(*) FROM attachments
WHERE organization_id = $1 AND conversation_id = $2 AND seq IS NULL AND author_id = $3 AND progress <> 'refused'

-- name: bytes_of
-- How many bytes of one side are kept in a conversation: also of files that were refused, until they are removed.
SELECT coalesce(sum(size), 0)::bigint FROM attachments
WHERE organization_id = $1 AND conversation_id = $2 AND side = $3

-- name: arrived
-- All of its bytes are here. Whoever has brought it looks into it now; a job does so from `due` on.
UPDATE attachments SET name = $3, media_type = $4, size = $5, digest = $6, progress = 'scanning', due = $7
WHERE organization_id = $1 AND id = $2 AND progress = 'arriving'
RETURNING *

-- name: forget
-- It did not come, or no message wants it any more.
DELETE FROM attachments
WHERE organization_id = $1 AND conversation_id = $2 AND id = $3 AND author_id = $4 AND message_id IS NULL RETURNING id

-- name: lease
-- The one to be looked into that is due longest; it is another's when this one has not done it by then.
UPDATE attachments SET due = $2, attempts = attempts + 1 WHERE (organization_id, id) = (
    SELECT organization_id, id FROM attachments WHERE progress = 'scanning' AND due <= $1
    ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *

-- name: put_off
-- It could not be looked into; it is tried again from then on.
UPDATE attachments SET due = $3 WHERE organization_id = $1 AND id = $2 AND progress = 'scanning'

-- name: ready
-- It was looked into, and is as it is now.
UPDATE attachments SET progress = 'ready', name = $3, media_type = $4, size = $5, digest = $6, width = $7, height = $8,
    due = NULL
WHERE organization_id = $1 AND id = $2 AND progress = 'scanning' RETURNING *

-- name: refused
-- It was looked into, and is not to be had.
UPDATE attachments SET progress = 'refused', problem = $3, due = NULL
WHERE organization_id = $1 AND id = $2 AND progress = 'scanning' RETURNING *

-- name: waiting
-- When the next one is due to be looked into.
SELECT min(due) FROM attachments WHERE progress = 'scanning'

-- name: one
-- One file by its id.
SELECT * FROM attachments WHERE organization_id = $1 AND id = $2

-- name: lock
-- These files, so that of two messages one takes each.
SELECT a.* FROM attachments a
WHERE (a.organization_id, a.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY a.organization_id, a.id FOR NO KEY UPDATE

-- name: take
-- Messages have taken these.
UPDATE attachments a SET message_id = t.message_id, seq = t.seq
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS t (organization_id, id, message_id, seq)
WHERE a.organization_id = t.organization_id AND a.id = t.id

-- name: limits
-- What the workstreams of these conversations let people send.
SELECT c.organization_id, c.id, w.attachments FROM conversations c
JOIN workstreams w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
WHERE (c.organization_id, c.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))

-- name: of_house
-- Of these files of a conversation, those that a message has, and this person's own.
SELECT * FROM attachments
WHERE organization_id = $1 AND conversation_id = $2 AND id = ANY ($3::text[])
    AND (message_id IS NOT NULL OR author_id = $4) AND progress <> 'arriving'

-- name: of_customer
-- Of these files, those that a message has which the customer can read, and one's own: the customer's, or a bot's.
SELECT a.* FROM attachments a
LEFT JOIN public_messages m ON m.organization_id = a.organization_id AND m.conversation_id = a.conversation_id
    AND m.seq = a.seq AND m.attachments @> jsonb_build_array(jsonb_build_object('id', a.id))
WHERE a.organization_id = $1 AND a.conversation_id = $2 AND a.id = ANY ($3::text[]) AND a.progress <> 'arriving'
    AND (m.id IS NOT NULL OR a.author_id = $4)

-- name: opened
-- What a link opens: ready, and whoever was given the link could have it.
SELECT * FROM attachments WHERE organization_id = $1 AND id = $2 AND progress = 'ready'

-- name: sweep
-- Files that no message has taken for so long.
DELETE FROM attachments WHERE (organization_id, id) IN (
    SELECT organization_id, id FROM attachments WHERE message_id IS NULL AND created_at < $1
    LIMIT $2 FOR UPDATE SKIP LOCKED)

-- name: discarded
-- Bytes to be removed that have been so for a while: whoever was just writing them has stopped.
SELECT organization_id, id FROM discarded_files WHERE at < $1 ORDER BY at LIMIT $2

-- name: discard
-- Their bytes are gone.
DELETE FROM discarded_files WHERE (organization_id, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))

-- name: kept_after
-- Files that must be there, after one of them.
SELECT organization_id, id, conversation_id, size, digest, media_type FROM attachments
WHERE organization_id = $1 AND id > $2 AND progress = 'ready' ORDER BY id LIMIT $3

-- name: astray
-- Files of ongoing conversations that say that a message has them, which knows of no such one.
SELECT a.id, a.conversation_id, a.seq FROM attachments a
JOIN conversations c ON c.organization_id = a.organization_id AND c.id = a.conversation_id AND c.state <> 'closed'
WHERE a.organization_id = $1 AND a.seq IS NOT NULL AND NOT EXISTS (
    SELECT FROM public_messages m WHERE m.organization_id = $1 AND m.conversation_id = a.conversation_id
        AND m.seq = a.seq AND m.id = a.message_id AND m.attachments @> jsonb_build_array(jsonb_build_object('id', a.id,
            'digest', a.digest))
    UNION ALL
    SELECT FROM internal_messages m WHERE m.organization_id = $1 AND m.conversation_id = a.conversation_id
        AND m.seq = a.seq AND m.id = a.message_id AND m.attachments @> jsonb_build_array(jsonb_build_object('id', a.id,
            'digest', a.digest)))
ORDER BY a.id

-- name: missing
-- Files that messages of ongoing conversations have and that are not there.
SELECT m.conversation_id, m.seq, one ->> 'id' AS id FROM conversations c
CROSS JOIN LATERAL (
    SELECT p.conversation_id, p.seq, p.attachments FROM public_messages p
    WHERE p.organization_id = $1 AND p.conversation_id = c.id AND p.attachments <> '[]'
    UNION ALL
    SELECT i.conversation_id, i.seq, i.attachments FROM internal_messages i
    WHERE i.organization_id = $1 AND i.conversation_id = c.id AND i.attachments <> '[]'
) m
CROSS JOIN LATERAL jsonb_array_elements(m.attachments) one
WHERE c.organization_id = $1 AND c.state <> 'closed' AND NOT EXISTS (
    SELECT FROM attachments a WHERE a.organization_id = $1 AND a.id = one ->> 'id'
        AND a.conversation_id = m.conversation_id AND a.seq = m.seq AND a.progress = 'ready')
ORDER BY m.conversation_id, m.seq

-- name: keep
-- Files that came with messages, which are kept with them; what came before adds nothing.
INSERT INTO channel_media (organization_id, account_id, key, place, id, ref, name, media_type, size, content, problem,
    created_at)
SELECT $1, $2, m.key, m.place, m.id, m.ref, m.name, m.media_type, m.size, m.content, m.problem, $12
FROM unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bytea[],
    $11::text[]) AS m (key, place, id, ref, name, media_type, size, content, problem)
ON CONFLICT ON CONSTRAINT channel_media_pkey DO NOTHING

-- name: brought
-- What came with a message that is being taken in.
SELECT id, name, media_type, problem FROM channel_media
WHERE organization_id = $1 AND account_id = $2 AND key = $3 ORDER BY place

-- name: taken_in
-- The message is there: whatever is to be fetched is due.
UPDATE channel_media m SET conversation_id = $2, message_id = $3, seq = $4, state = n.state, problem = n.problem,
    due = CASE WHEN n.state = 'fetching' THEN $7::timestamptz END
FROM unnest($5::text[], $6::text[], $8::text[]) AS n (id, state, problem)
WHERE m.organization_id = $1 AND m.id = n.id

-- name: lease
-- The files to be fetched that are due longest, this process's until then.
UPDATE channel_media m SET due = $2, attempts = m.attempts + 1
FROM (
    SELECT f.organization_id, f.id FROM channel_media f
    JOIN channel_accounts a ON a.organization_id = f.organization_id AND a.id = f.account_id AND NOT a.disabled
    WHERE f.state = 'fetching' AND f.due <= $1 ORDER BY f.due LIMIT $3 FOR UPDATE OF f SKIP LOCKED
) d
WHERE m.organization_id = d.organization_id AND m.id = d.id
RETURNING m.organization_id, m.account_id, m.id, m.ref, m.name, m.media_type, m.size, m.content IS NOT NULL AS here,
    m.conversation_id, m.upload_id, m.attempts

-- name: renew
-- It is being fetched still.
UPDATE channel_media SET due = $3 WHERE organization_id = $1 AND id = $2 AND state = 'fetching'

-- name: content
-- Bytes that came with a message.
SELECT content FROM channel_media WHERE organization_id = $1 AND id = $2

-- name: put_off
-- It could not be fetched, or is not looked into yet: when to go on, and with what was made of it so far.
UPDATE channel_media SET due = $3, upload_id = $4, detail = $5,
    attempts = CASE WHEN $4::text IS NULL THEN attempts ELSE 0 END
WHERE organization_id = $1 AND id = $2 AND state = 'fetching'

-- name: next_due
-- When the next one is due.
SELECT min(f.due) FROM channel_media f
JOIN channel_accounts a ON a.organization_id = f.organization_id AND a.id = f.account_id AND NOT a.disabled
WHERE f.state = 'fetching'

-- name: one
-- A file that came with a message, by its id.
SELECT * FROM channel_media WHERE organization_id = $1 AND id = $2

-- name: lock_one
-- The same, locked; after its conversation.
SELECT * FROM channel_media WHERE organization_id = $1 AND id = $2 FOR UPDATE

-- name: message
-- The message that a file came with; after its conversation was locked.
SELECT text, attachments, media FROM public_messages WHERE organization_id = $1 AND conversation_id = $2 AND seq = $3

-- name: settle
-- What has become of it. Bytes are kept where it may be tried again.
UPDATE channel_media SET state = $3, problem = $4, detail = $5, upload_id = $6,
    content = CASE WHEN $3 = 'fetched' THEN NULL ELSE content END, due = NULL
WHERE organization_id = $1 AND id = $2

-- name: again
-- Somebody has it tried again.
UPDATE channel_media SET state = 'fetching', problem = NULL, detail = NULL, upload_id = NULL, due = $3, attempts = 0
WHERE organization_id = $1 AND id = $2

-- name: attached
-- The attachments of a message in the order in which they came with it.
SELECT a.* FROM channel_media m
JOIN attachments a ON a.organization_id = m.organization_id AND a.id = m.upload_id
WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.seq = $3 AND m.state = 'fetched' ORDER BY m.key, m.place

-- name: note_message
-- What the message has with it now, and what it is to have.
UPDATE public_messages SET attachments = $4, media = $5 WHERE organization_id = $1 AND conversation_id = $2 AND seq = $3

-- name: forget_contents
-- Bytes that came with a message and could not be made an attachment in all that time; so many at a time.
UPDATE channel_media SET content = NULL WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM channel_media WHERE content IS NOT NULL AND state <> 'fetching' AND created_at < $1 LIMIT $2))

-- name: due
-- Conversations of a house closed up to a moment in which is still what was written, the longest closed first.
SELECT id, created_at, closed_at FROM conversations
WHERE organization_id = $1 AND state = 'closed' AND body ->> 'erased_at' IS NULL AND closed_at <= $2
ORDER BY closed_at LIMIT $3

-- name: count_due
-- How many these are, and since when the longest is closed.
SELECT count(*) AS conversations, min(closed_at) AS oldest FROM conversations
WHERE organization_id = $1 AND state = 'closed' AND body ->> 'erased_at' IS NULL AND closed_at <= $2

-- name: overdue
-- When what is longest overdue, or is due next, should have gone: of all houses that remove what was written after days, and
-- of customers who are removed and of whom something is left.
SELECT least(
    (
        SELECT min(c.closed_at + make_interval(days => (o.retention ->> 'written_days')::integer)) FROM organizations o
        CROSS JOIN LATERAL (
            SELECT closed_at FROM conversations
            WHERE organization_id = o.id AND state = 'closed' AND body ->> 'erased_at' IS NULL
            ORDER BY closed_at LIMIT 1
        ) c
        WHERE o.retention ->> 'written_days' IS NOT NULL
    ),
    (SELECT min(forgotten_at) FROM contacts WHERE forgotten_at IS NOT NULL AND emptied_at IS NULL)
)

-- name: rules
-- Houses that remove anything, with their rule.
SELECT id, retention FROM organizations
WHERE retention ->> 'written_days' IS NOT NULL OR retention ->> 'contact_days' IS NOT NULL ORDER BY id

-- name: set_rule
-- The house's rule.
UPDATE organizations SET retention = $2::jsonb WHERE id = $1

-- name: facts
-- Facts of a conversation in which words may be, of these kinds.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND conversation_id = $2 AND kind = ANY ($3::text[]) ORDER BY version

-- name: write_facts
-- These facts without their words; their hashes stay, their salts do not.
UPDATE facts f SET body = n.body, salt = NULL, erased = true
FROM jsonb_to_recordset($2::jsonb) AS n (position bigint, body jsonb)
WHERE f.organization_id = $1 AND f.position = n.position

-- name: digests
-- Messages and what came of their files: their digests say nothing of them any more.
UPDATE facts SET body = body || '{"digest": ""}', salt = NULL, erased = true
WHERE organization_id = $1 AND conversation_id = $2 AND kind = ANY ($3::text[])

-- name: seal
-- How many facts of a conversation are without their words, and the digest of all of them as they are.
SELECT count(*) AS facts, encode(sha256(coalesce(string_agg(fact_content(
    organization_id, position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
), '\x1e' ORDER BY version), '')), 'hex') AS seal
FROM facts WHERE organization_id = $1 AND conversation_id = $2 AND erased

-- name: public
-- What the customer could read.
UPDATE public_messages SET text = '', attachments = NULL, media = NULL, html = NULL
WHERE organization_id = $1 AND conversation_id = $2

-- name: internal
-- Notes, whispers, instructions, and what was said in calls.
UPDATE internal_messages SET text = '', attachments = NULL,
    spoken = CASE WHEN spoken IS NOT NULL THEN spoken - 'salt' || '{"removed": true}' END
WHERE organization_id = $1 AND conversation_id = $2

-- name: public_words
-- What is searched of it.
DELETE FROM public_words WHERE organization_id = $1 AND conversation_id = $2

-- name: internal_words
-- What is searched of what the house wrote.
DELETE FROM internal_words WHERE organization_id = $1 AND conversation_id = $2

-- name: search_again
-- There is nothing to be read anew.
DELETE FROM search_again WHERE organization_id = $1 AND conversation_id = $2

-- name: html
-- What mails looked like.
DELETE FROM message_html WHERE organization_id = $1 AND conversation_id = $2

-- name: files
-- Files; their bytes are removed by whoever removes discarded ones.
DELETE FROM attachments WHERE organization_id = $1 AND conversation_id = $2

-- name: media
-- What channels brought, and was not fetched or not to be had.
DELETE FROM channel_media WHERE organization_id = $1 AND conversation_id = $2

-- name: survey
-- What the customer said in words when asked how it went; scores and choices are counted and stay.
UPDATE survey_answers SET comment = '', answers = coalesce((
    SELECT jsonb_object_agg(one.key, one.value) FROM jsonb_each(answers) one WHERE jsonb_typeof(one.value) <> 'string'
), '{}')
WHERE organization_id = $1 AND conversation_id = $2

-- name: dispatches
-- What went out over a channel.
UPDATE dispatches SET text = NULL, filled = NULL, detail = NULL WHERE organization_id = $1 AND conversation_id = $2

-- name: parts
-- What a channel said about parts of what went out.
UPDATE dispatch_parts p SET detail = NULL FROM dispatches d
WHERE d.organization_id = $1 AND d.conversation_id = $2 AND p.organization_id = $1 AND p.message_id = d.message_id

-- name: arrivals
-- What came in over its channel until it was closed, and was taken in; that it came is known, so it is not taken twice.
UPDATE arrivals a SET body = '{}' FROM channel_conversations c
WHERE c.organization_id = $1 AND c.conversation_id = $2 AND a.organization_id = $1 AND a.account_id = c.account_id
    AND a.address = c.address AND a.done_at IS NOT NULL AND a.received_at <= $3

-- name: thread
-- What the next letters of its thread would have needed, a subject above all, where nobody has taken the thread up since.
UPDATE channel_threads t SET cursor = '{}' FROM channel_conversations c
WHERE c.organization_id = $1 AND c.conversation_id = $2 AND t.organization_id = $1 AND t.account_id = c.account_id
    AND t.address = c.address AND (t.conversation_id IS NULL OR t.conversation_id = $2)

-- name: letters
-- What was told to others of it, delivered or not; attempts go with it.
DELETE FROM outbox WHERE organization_id = $1 AND coalesce(conversation_id, body ->> 'conversation') = $2

-- name: mails
-- Transcripts that customers had sent to themselves.
DELETE FROM mails m USING transcript_mails t
WHERE t.organization_id = $1 AND t.conversation_id = $2 AND m.organization_id = $1 AND m.id = t.mail_id

-- name: imported
-- The line of a file from which a record was made.
UPDATE record_import_lines SET cells = '[]', problems = '[]' WHERE organization_id = $1 AND record_id = $2

-- name: bot
-- What went wrong when a bot was asked.
UPDATE bot_turns SET problem = NULL WHERE organization_id = $1 AND conversation_id = $2

-- name: append
-- Gives facts their positions and hashes; the organization's head stays locked until the commit.
SELECT append_facts($1, $2::jsonb)

-- name: after
-- Facts that follow a position, in order.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
FROM facts WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3

-- name: head
-- The position of the newest fact.
SELECT position FROM journal_heads WHERE organization_id = $1

-- name: of_conversation
-- All facts of one conversation, in order.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
FROM facts WHERE organization_id = $1 AND conversation_id = $2 AND version > $3 ORDER BY version LIMIT $4

-- name: but_messages
-- What happened in one conversation besides messages, in order, each with the number of the last public message before.
SELECT f.position, f.conversation_id, f.version, f.kind, f.actor_id, f.actor_name, f.at, f.audited, f.notify, f.body,
    coalesce((SELECT (m.body ->> 'public_seq')::bigint FROM facts m
        WHERE m.organization_id = $1 AND m.conversation_id = $2 AND m.version < f.version
            AND m.kind = 'message_posted' AND m.body ->> 'public_seq' IS NOT NULL
        ORDER BY m.version DESC LIMIT 1), 0) AS public_seq
FROM facts f WHERE f.organization_id = $1 AND f.conversation_id = $2 AND f.kind <> 'message_posted'
ORDER BY f.version

-- name: for_person
-- Facts that this person must be told of, newest first.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
FROM facts WHERE organization_id = $1 AND notify @> ARRAY[$2::text] AND position > $3
ORDER BY position DESC LIMIT $4

-- name: audited
-- The audit log before a position, newest first, with whom each conversation is: all of it ($7), or what concerns
-- conversations of these queues (of any when there are none) and what one person did.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body, hash,
    (SELECT c.body ->> 'customer_name' FROM conversations c
     WHERE c.organization_id = $1 AND c.id = facts.conversation_id) AS customer
FROM facts
WHERE organization_id = $1 AND audited AND position < $2
    AND ($3::text IS NULL OR actor_id = $3) AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR conversation_id = $5)
    AND ($7 OR actor_id = $9 OR EXISTS (SELECT FROM conversations c
        WHERE c.organization_id = $1 AND c.id = facts.conversation_id
            AND ($8::text[] IS NULL OR c.queue_id = ANY ($8))))
ORDER BY position DESC LIMIT $6

-- name: newest_audited
-- How far the audit log goes.
SELECT position FROM facts WHERE organization_id = $1 AND audited ORDER BY position DESC LIMIT 1

-- name: chain
-- Facts as they are stored, with their text, for proving the hash chain.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body::text AS body, salt, hash,
    erased
FROM facts WHERE organization_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4

-- name: whole_head
-- The position and the hash of the newest fact.
SELECT position, hash FROM journal_heads WHERE organization_id = $1

-- name: heads
-- Every organization's head.
SELECT organization_id, position, hash FROM journal_heads ORDER BY organization_id

-- name: create_head
-- The empty journal of a new organization.
INSERT INTO journal_heads (organization_id) VALUES ($1)

-- name: claim_receipt
-- Takes the key for this command; nothing is returned when it was taken before.
INSERT INTO receipts (organization_id, actor_id, key, command, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT receipts_pkey DO NOTHING RETURNING key

-- name: receipt
-- What came of the command with this key.
SELECT command, outcome FROM receipts WHERE organization_id = $1 AND actor_id = $2 AND key = $3

-- name: fill_receipt
-- Keeps the outcome.
UPDATE receipts SET outcome = $4::jsonb WHERE organization_id = $1 AND actor_id = $2 AND key = $3

-- name: drop_receipt
-- What the key was given for was not done after all.
DELETE FROM receipts WHERE organization_id = $1 AND actor_id = $2 AND key = $3

-- name: drop_receipts
-- Receipts are kept for a day; so many at a time.
DELETE FROM receipts WHERE ctid = ANY (ARRAY(SELECT ctid FROM receipts WHERE at < $1 ORDER BY at LIMIT $2))

-- name: at_position
-- When the fact at a position happened.
SELECT at FROM facts WHERE organization_id = $1 AND position = $2

-- name: account
-- The account over which answers in this workstream go by mail: of a widget that has messages left there.
SELECT a.id FROM widgets w
JOIN channel_accounts a ON a.organization_id = w.organization_id AND a.id = w.answers_by AND NOT a.disabled
WHERE w.organization_id = $1 AND w.closed_to = $2 ORDER BY w.workstream_id LIMIT 1

-- name: remember
-- Answers in this conversation go there by mail, in a thread of their own that leads into no conversation.
WITH thread AS (
    INSERT INTO channel_threads (organization_id, account_id, address, name, cursor, created_at)
    VALUES ($1, $3, $4, $5, $6, $7) ON CONFLICT ON CONSTRAINT channel_threads_pkey DO NOTHING
)
INSERT INTO answer_mails (organization_id, conversation_id, account_id, address, created_at) VALUES ($1, $2, $3, $4, $7)
ON CONFLICT ON CONSTRAINT answer_mails_pkey DO NOTHING

-- name: answered
-- Somebody has answered in these conversations: where answers go by mail, they do unless they are read by then.
UPDATE answer_mails m SET due = coalesce(m.due, $3)
FROM unnest($1::text[], $2::text[]) AS k (organization_id, conversation_id)
WHERE m.organization_id = k.organization_id AND m.conversation_id = k.conversation_id

-- name: due
-- Conversations whose answers may have to go by mail now.
SELECT organization_id, conversation_id FROM answer_mails WHERE due <= $1 ORDER BY due LIMIT $2

-- name: lock
-- To whom answers go, locked; after the conversation.
SELECT account_id, address, mailed, due FROM answer_mails WHERE organization_id = $1 AND conversation_id = $2 FOR UPDATE

-- name: unread
-- What people of the house have answered behind a number, and the customer has not read in their window.
SELECT p.public_seq, p.text, p.attachments FROM public_messages p
WHERE p.organization_id = $1 AND p.conversation_id = $2 AND p.author_role NOT IN ('customer', 'bot')
    AND p.public_seq > greatest($3, coalesce((SELECT r.seq FROM read_marks r WHERE r.organization_id = $1
        AND r.conversation_id = $2 AND r.side = 'customer'), 0))
ORDER BY p.public_seq

-- name: settle
-- Up to here they have gone, or have been read.
UPDATE answer_mails SET due = NULL, mailed = greatest(mailed, $3) WHERE organization_id = $1 AND conversation_id = $2

-- name: send
-- A mail goes out over the account; it is no message of the conversation.
INSERT INTO dispatches (organization_id, message_id, account_id, conversation_id, address, text, state, due, created_at,
    trace)
VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $7, $8)

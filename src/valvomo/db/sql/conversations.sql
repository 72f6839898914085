-- name: lock
-- One conversation, locked until the transaction ends.
SELECT * FROM conversations WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: lock_free
-- One conversation, locked, unless somebody else is working on it.
SELECT * FROM conversations WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE SKIP LOCKED

-- name: due
-- Conversations with a timer that is due, the most overdue first.
SELECT organization_id, conversation_id FROM timers WHERE due <= $1
GROUP BY organization_id, conversation_id ORDER BY min(due) LIMIT $2

-- name: next_due
-- When the next timer is due.
SELECT min(due) FROM timers

-- name: lock_many
-- Several conversations of several organizations, locked in one order; without the body where the caller has this version.
SELECT c.organization_id, c.id, c.version, c.revision, c.seq, c.public_seq, c.unanswered_since, c.first_response_at,
    c.last_message_at, c.state, c.channel, c.workstream_id, c.queue_id, c.owner_id, c.contact_id, c.priority,
    c.created_at, c.queued_at, c.closed_at, CASE WHEN c.version IS DISTINCT FROM k.version THEN c.body END AS body
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS k (organization_id, id, version)
JOIN conversations c ON c.organization_id = k.organization_id AND c.id = k.id
ORDER BY c.organization_id, c.id FOR NO KEY UPDATE OF c

-- name: get
-- One conversation as it is.
SELECT * FROM conversations WHERE organization_id = $1 AND id = $2

-- name: get_many
-- Several conversations as they are.
SELECT * FROM conversations WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: ongoing
-- Everything that is not closed.
SELECT * FROM conversations WHERE organization_id = $1 AND state <> 'closed'

-- name: lock_of_person
-- Ongoing conversations that this person owns or is asked to take, locked in one order.
SELECT * FROM conversations c WHERE organization_id = $1 AND state <> 'closed' AND (
    owner_id = $2 OR id IN (SELECT conversation_id FROM involved WHERE organization_id = $1 AND person_id = $2))
ORDER BY id FOR NO KEY UPDATE

-- name: lock_of_contact
-- Ongoing conversations of a customer, by their contacts, locked in one order.
SELECT * FROM conversations WHERE organization_id = $1 AND contact_id = ANY ($2::text[]) AND state <> 'closed'
ORDER BY id FOR NO KEY UPDATE

-- name: waiting_in_queues
-- Open conversations in the order in which they are served.
SELECT * FROM conversations WHERE organization_id = $1 AND state = 'open'
ORDER BY priority DESC, queued_at, id LIMIT $2

-- name: open_in_queues
-- How many wait in each queue, but for one, and for whoever is to be called again later.
SELECT queue_id, count(*)::integer AS waiting FROM conversations
WHERE organization_id = $1 AND state = 'open' AND id <> $2 AND body -> 'deadlines' ->> 'recall' IS NULL
GROUP BY queue_id

-- name: insert
-- A new conversation.
INSERT INTO conversations (organization_id, id, version, revision, seq, public_seq, unanswered_since,
    first_response_at, last_message_at, state, channel, workstream_id, queue_id, owner_id, contact_id, priority,
    created_at, queued_at, closed_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::jsonb)

-- name: save
-- A changed conversation.
UPDATE conversations SET version = $3, revision = $4, seq = $5, public_seq = $6, unanswered_since = $7,
    first_response_at = $8, last_message_at = $9, state = $10, channel = $11, workstream_id = $12, queue_id = $13,
    owner_id = $14, contact_id = $15, priority = $16, created_at = $17, queued_at = $18, closed_at = $19,
    body = $20::jsonb
WHERE organization_id = $1 AND id = $2

-- name: drop_holdings
-- Agents who hold nothing of this conversation any more.
DELETE FROM holdings WHERE organization_id = $1 AND conversation_id = $2 AND NOT agent_id = ANY ($3::text[])

-- name: add_holding
-- What an agent holds of this conversation now.
INSERT INTO holdings (organization_id, conversation_id, agent_id, channel, units) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT holdings_pkey DO UPDATE SET units = excluded.units

-- name: drop_involved
-- Nobody but these is involved any more.
DELETE FROM involved WHERE organization_id = $1 AND conversation_id = $2 AND NOT person_id = ANY ($3::text[])

-- name: add_involved
-- These are involved now.
INSERT INTO involved (organization_id, conversation_id, person_id)
SELECT $1, $2, unnest($3::text[]) ON CONFLICT ON CONSTRAINT involved_pkey DO NOTHING

-- name: drop_timers
-- Deadlines that do not stand any more.
DELETE FROM timers WHERE organization_id = $1 AND conversation_id = $2 AND NOT name = ANY ($3::text[])

-- name: set_timers
-- Deadlines as they stand now.
INSERT INTO timers (organization_id, conversation_id, name, due)
SELECT $1, $2, n.name, n.due FROM unnest($3::text[], $4::timestamptz[]) AS n (name, due)
ON CONFLICT ON CONSTRAINT timers_pkey DO UPDATE SET due = excluded.due

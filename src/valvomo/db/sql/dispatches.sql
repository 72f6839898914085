-- name: write
-- Public messages of the house that go out over the account of their conversation, in this order. What the house says by
-- itself it has not to say twice within an hour to the same address, unless it is of what people did: two that answer each
-- other would never end.
INSERT INTO dispatches (organization_id, message_id, account_id, conversation_id, seq, address, text, state, due,
    created_at, trace)
SELECT m.organization_id, m.message_id, c.account_id, c.conversation_id, m.seq, c.address, m.text, 'queued', $7, $7, $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::boolean[])
    WITH ORDINALITY AS m (organization_id, conversation_id, message_id, seq, text, again, place)
JOIN channel_conversations c ON c.organization_id = m.organization_id AND c.conversation_id = m.conversation_id
WHERE m.again OR NOT EXISTS (SELECT FROM dispatches d WHERE d.organization_id = c.organization_id
    AND d.account_id = c.account_id AND d.address = c.address AND d.text = m.text
    AND d.created_at > $7::timestamptz - interval '1 hour')
ORDER BY m.place

-- name: due_accounts
-- Accounts with something that is to go out now, after this one in order of their keys; but those that are held still.
SELECT DISTINCT d.organization_id, d.account_id FROM dispatches d
JOIN channel_accounts a ON a.organization_id = d.organization_id AND a.id = d.account_id AND NOT a.disabled
    AND (a.held_until IS NULL OR a.held_until <= $1)
WHERE d.state = 'queued' AND d.due <= $1 AND (d.organization_id, d.account_id) > ($2, $3) ORDER BY 1, 2 LIMIT $4

-- name: next_due
-- When the next one is due that is not yet, or an account that is held is to be tried again.
SELECT least((SELECT min(due) FROM dispatches WHERE state = 'queued' AND due > $1),
    (SELECT min(held_until) FROM channel_accounts WHERE held_until > $1 AND NOT disabled))

-- name: claim_account
-- The account, if this process is the one that sends for it from now on for so many seconds, by the one clock that all
-- processes have in common: one whose own is ahead must not take over what another one is at. Where sending goes over the
-- connection by which is listened, it is the process that listens.
UPDATE channel_accounts SET sender_id = $3, sender_until = clock_timestamp() + make_interval(secs => $5)
WHERE organization_id = $1 AND id = $2 AND NOT disabled AND (held_until IS NULL OR held_until <= $4)
    AND (sender_id = $3 OR sender_until IS NULL OR sender_until <= clock_timestamp())
    AND (provider <> ALL ($6::text[])
        OR EXISTS (SELECT FROM leases WHERE name = 'listening:' || id AND holder = $3 AND until > now()))
RETURNING *

-- name: let_go
-- Another process may send for the account.
UPDATE channel_accounts SET sender_id = NULL, sender_until = NULL
WHERE organization_id = $1 AND id = $2 AND sender_id = $3

-- name: lease
-- The next of each thread that is due is this process's to send; before it is, it is noted that it is being sent. Each row
-- is looked up by its whole key, however few the planner believes that there are: of what waits it knows little.
WITH heads AS (
    SELECT d.message_id FROM dispatches d
    WHERE d.organization_id = $1 AND d.account_id = $2 AND d.state = 'queued' AND d.due <= $3
        AND d.place = (SELECT min(e.place) FROM dispatches e WHERE e.organization_id = $1 AND e.account_id = $2
            AND e.address = d.address AND e.state = 'queued')
    ORDER BY d.place LIMIT $5 FOR UPDATE OF d SKIP LOCKED
), begun AS (
    UPDATE dispatches d SET due = $3::timestamptz + make_interval(secs => $4), attempts = d.attempts + 1, begun_at = $3,
        lost = d.lost + (d.begun_at IS NOT NULL)::integer,
        possibly_repeated = d.possibly_repeated OR (d.begun_at IS NOT NULL AND NOT $6)
    WHERE d.organization_id = $1 AND d.message_id = ANY (ARRAY(SELECT message_id FROM heads))
    RETURNING d.*
)
SELECT d.message_id, d.conversation_id, d.address, d.place, d.attempts, d.created_at, d.trace, d.possibly_repeated,
    d.lost, d.detail, coalesce(d.text, p.text) AS text, coalesce(p.author_name, '') AS author_name,
    coalesce(p.author_role, 'bot') = 'bot' AS automatic, c.language, c.subject, t.cursor, d.filled, t.last_inbound_at,
    p.attachments
FROM begun d
CROSS JOIN LATERAL (SELECT c.body ->> 'language' AS language, c.body ->> 'subject' AS subject FROM conversations c
    WHERE c.organization_id = $1 AND c.id = d.conversation_id OFFSET 0) c
CROSS JOIN LATERAL (SELECT t.cursor, t.last_inbound_at FROM channel_threads t
    WHERE t.organization_id = $1 AND t.account_id = $2 AND t.address = d.address OFFSET 0) t
LEFT JOIN LATERAL (SELECT p.text, p.author_name, p.author_role, p.attachments FROM public_messages p
    WHERE p.organization_id = $1 AND p.conversation_id = d.conversation_id AND p.seq = d.seq OFFSET 0) p ON true

-- name: renew
-- It is being sent still.
UPDATE dispatches SET due = $3::timestamptz + make_interval(secs => $4), begun_at = $3
WHERE organization_id = $1 AND message_id = $2 AND state = 'queued'

-- name: parts_taken
-- What the provider has of a message that is several there.
SELECT place FROM dispatch_parts WHERE organization_id = $1 AND message_id = $2 AND state <> 'failed'

-- name: part_taken
-- The provider has this part: nothing of the message is under way, until the next one is.
WITH settled AS (
    UPDATE dispatches SET begun_at = NULL, sent_at = begun_at
    WHERE organization_id = $1 AND message_id = $2 AND state = 'queued'
)
INSERT INTO dispatch_parts (organization_id, message_id, place, account_id, state, provider_id, sent_at)
VALUES ($1, $2, $3, $4, 'sent', $5, $6)
ON CONFLICT ON CONSTRAINT dispatch_parts_pkey DO UPDATE
    SET state = 'sent', provider_id = EXCLUDED.provider_id, problem = NULL, detail = NULL, sent_at = EXCLUDED.sent_at

-- name: part_failed
-- The provider will not have this part.
INSERT INTO dispatch_parts (organization_id, message_id, place, account_id, state, problem, detail)
VALUES ($1, $2, $3, $4, 'failed', $5, $6)
ON CONFLICT ON CONSTRAINT dispatch_parts_pkey DO UPDATE
    SET state = 'failed', problem = EXCLUDED.problem, detail = EXCLUDED.detail

-- name: lock_parts
-- The parts of these messages, locked after them.
SELECT * FROM dispatch_parts WHERE organization_id = $1 AND message_id = ANY ($2::text[])
ORDER BY message_id, place FOR UPDATE

-- name: note_parts
-- How far parts have come.
UPDATE dispatch_parts p SET state = n.state, problem = n.problem, detail = n.detail
FROM unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::text[])
    AS n (message_id, place, state, problem, detail)
WHERE p.organization_id = $1 AND p.message_id = n.message_id AND p.place = n.place

-- name: postpone
-- It could not be sent now: when to try again. What has certainly not been sent is not begun any more, and an attempt
-- that the provider did not let us make does not count.
UPDATE dispatches SET due = $3, problem = $4, detail = $5, begun_at = CASE WHEN $6 THEN begun_at END,
    attempts = attempts - CASE WHEN $7 THEN 1 ELSE 0 END
WHERE organization_id = $1 AND message_id = $2 AND state = 'queued'

-- name: hurry
-- The provider can be reached again: what waits for nothing but that is due now.
UPDATE dispatches SET due = $3 WHERE organization_id = $1 AND account_id = $2 AND state = 'queued' AND due > $3
    AND problem IS NOT NULL AND (begun_at IS NULL OR due - begun_at <> make_interval(secs => $4))

-- name: overdue
-- What has waited at an account since before then, in order.
SELECT message_id FROM dispatches WHERE organization_id = $1 AND account_id = $2 AND state = 'queued'
    AND coalesce(waits_since, created_at) <= $3 ORDER BY place LIMIT $4

-- name: until
-- The messages to an address whose sending began no later than then, of those that the provider has and those of which
-- it is not known yet.
SELECT d.message_id, d.state = 'queued' AS under_way FROM channel_conversations c
JOIN dispatches d ON d.organization_id = c.organization_id AND d.conversation_id = c.conversation_id
WHERE c.organization_id = $1 AND c.account_id = $2 AND c.address = $3
    AND (d.state IN ('sent', 'delivered') AND d.sent_at <= $4 OR d.state = 'queued' AND (d.begun_at <= $4
        OR EXISTS (SELECT FROM dispatch_parts p WHERE p.organization_id = d.organization_id
            AND p.message_id = d.message_id AND p.sent_at <= $4)))
ORDER BY d.place

-- name: conversations_of
-- In which conversations these are.
SELECT message_id, conversation_id FROM dispatches WHERE organization_id = $1 AND message_id = ANY ($2::text[])

-- name: of_message
-- The dispatch of a message of a conversation, by its number.
SELECT message_id FROM dispatches WHERE organization_id = $1 AND conversation_id = $2 AND seq = $3

-- name: lock
-- These, locked; after their conversations.
SELECT * FROM dispatches WHERE organization_id = $1 AND message_id = ANY ($2::text[]) ORDER BY message_id FOR UPDATE

-- name: note
-- How far these have come.
UPDATE dispatches d SET state = n.state, provider_id = coalesce(n.provider_id, d.provider_id), problem = n.problem,
    detail = n.detail, begun_at = NULL, sent_at = coalesce(d.begun_at, d.sent_at)
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS n (message_id, state, provider_id, problem, detail)
WHERE d.organization_id = $1 AND d.message_id = n.message_id

-- name: note_messages
-- The same, where the messages are read: as they are then.
UPDATE public_messages p SET delivery = n.delivery, delivery_problem = n.problem
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) AS n (conversation_id, seq, delivery, problem)
WHERE p.organization_id = $1 AND p.conversation_id = n.conversation_id AND p.seq = n.seq RETURNING p.*

-- name: again
-- A person has it sent again: what of it the provider would not have, or was not given.
WITH anew AS (
    DELETE FROM dispatch_parts WHERE organization_id = $1 AND message_id = $2 AND state = 'failed'
)
UPDATE dispatches SET state = 'queued', provider_id = NULL, due = $3, attempts = 0, lost = 0, begun_at = NULL,
    problem = NULL, detail = NULL, dropped_at = NULL, waits_since = $3
WHERE organization_id = $1 AND message_id = $2

-- name: drop
-- A person has decided that it is not sent any more.
UPDATE dispatches SET dropped_at = $3 WHERE organization_id = $1 AND message_id = $2

-- name: by_state
-- What waits or has failed at an account, by the order in which it goes.
SELECT d.*, left(coalesce(d.text, p.text), 200) AS words, t.name AS thread_name FROM dispatches d
LEFT JOIN public_messages p ON p.organization_id = d.organization_id AND p.conversation_id = d.conversation_id
    AND p.seq = d.seq
LEFT JOIN channel_threads t ON t.organization_id = d.organization_id AND t.account_id = d.account_id
    AND t.address = d.address
WHERE d.organization_id = $1 AND d.account_id = $2 AND d.state = $3 AND d.dropped_at IS NULL AND d.place > $4
ORDER BY d.place LIMIT $5

-- name: given_up_arrivals
-- What could not be taken in, the newest first.
SELECT * FROM arrivals WHERE organization_id = $1 AND account_id = $2 AND given_up_at IS NOT NULL AND done_at IS NULL
    AND (given_up_at, key) < ($3, $4) ORDER BY given_up_at DESC, key DESC LIMIT $5

-- name: waiting_arrivals
-- What has not been taken in yet, in order.
SELECT * FROM arrivals WHERE organization_id = $1 AND account_id = $2 AND given_up_at IS NULL AND done_at IS NULL
    AND (received_at, key) > ($3, $4) ORDER BY received_at, key LIMIT $5

-- name: left_arrivals
-- What became part of nothing, with the reason, the newest first.
SELECT * FROM arrivals WHERE organization_id = $1 AND account_id = $2 AND done_at IS NOT NULL AND problem IS NOT NULL
    AND kind = 'message' AND (done_at, key) < ($3, $4) ORDER BY done_at DESC, key DESC LIMIT $5

-- name: arrival
-- Something that arrived.
SELECT key FROM arrivals WHERE organization_id = $1 AND account_id = $2 AND key = $3

-- name: arrival_again
-- A person has it tried again.
UPDATE arrivals SET given_up_at = NULL, attempts = 0, due = $4
WHERE organization_id = $1 AND account_id = $2 AND key = $3 AND given_up_at IS NOT NULL AND done_at IS NULL

-- name: drop_arrival
-- A person has decided that it becomes part of nothing, and with it what it brought.
WITH unwanted AS (
    DELETE FROM channel_media m USING arrivals a WHERE m.organization_id = $1 AND m.account_id = $2 AND m.key = $3
        AND m.state = 'waiting' AND a.organization_id = $1 AND a.account_id = $2 AND a.key = $3
        AND a.given_up_at IS NOT NULL AND a.done_at IS NULL
)
UPDATE arrivals SET done_at = $4, given_up_at = NULL, problem = 'dropped', body = '{}'
WHERE organization_id = $1 AND account_id = $2 AND key = $3 AND given_up_at IS NOT NULL AND done_at IS NULL

-- name: backlog
-- What waits and what was given up, over all: how much, and since when the oldest waits.
SELECT (SELECT count(*) FROM arrivals WHERE done_at IS NULL AND given_up_at IS NULL) AS arrivals,
    (SELECT min(received_at) FROM arrivals WHERE done_at IS NULL AND given_up_at IS NULL) AS oldest_arrival,
    (SELECT count(*) FROM arrivals WHERE given_up_at IS NOT NULL AND done_at IS NULL) AS arrivals_given_up,
    (SELECT count(*) FROM dispatches WHERE state = 'queued') AS dispatches,
    (SELECT min(created_at) FROM dispatches WHERE state = 'queued') AS oldest_dispatch,
    (SELECT count(*) FROM dispatches WHERE state = 'failed' AND dropped_at IS NULL) AS dispatches_failed

-- name: waiting
-- What waits to be sent for longer than usual, by account and queue: how much, and since when; what the account's trouble
-- is. An account that is held is named as well where nothing waits, in the queue that it leads to.
SELECT d.account_id, a.name, c.queue_id, count(*) AS messages, min(d.created_at) AS since,
    CASE WHEN a.disabled THEN 'disabled' WHEN a.seen ->> 'well' = 'false' THEN a.seen ->> 'problem' END AS problem,
    CASE WHEN NOT a.disabled THEN a.held_since END AS held_since
FROM dispatches d
JOIN channel_accounts a ON a.organization_id = d.organization_id AND a.id = d.account_id
JOIN conversations c ON c.organization_id = d.organization_id AND c.id = d.conversation_id
WHERE d.organization_id = $1 AND d.state = 'queued'
GROUP BY d.account_id, a.name, c.queue_id, a.disabled, a.seen, a.held_since
HAVING min(d.created_at) < clock_timestamp() - make_interval(secs => $2)
UNION ALL
SELECT a.id, a.name, w.queue_id, 0, NULL, coalesce(a.seen ->> 'problem', 'account'), a.held_since
FROM channel_accounts a
JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id
WHERE a.organization_id = $1 AND a.held_since IS NOT NULL AND NOT a.disabled
ORDER BY 5 NULLS LAST, 7, 1

-- name: missing
-- Public messages of the house, in conversations with an account, that have no dispatch.
SELECT p.conversation_id, p.seq FROM public_messages p
JOIN channel_conversations c ON c.organization_id = p.organization_id AND c.conversation_id = p.conversation_id
LEFT JOIN dispatches d ON d.organization_id = p.organization_id AND d.message_id = p.id
WHERE p.organization_id = $1 AND p.conversation_id = ANY ($2::text[]) AND p.author_role <> 'customer'
    AND (d.message_id IS NULL OR p.delivery IS DISTINCT FROM d.state OR d.seq <> p.seq)

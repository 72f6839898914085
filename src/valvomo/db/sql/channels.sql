-- name: called
-- The accounts that providers call by their ids alone.
SELECT * FROM channel_accounts WHERE id = ANY ($1::text[])

-- name: account
-- One account.
SELECT * FROM channel_accounts WHERE organization_id = $1 AND id = $2

-- name: led_to
-- Where what comes over an account goes.
SELECT a.workstream_id, w.channel FROM channel_accounts a
JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id
WHERE a.organization_id = $1 AND a.id = $2

-- name: leading_to
-- The accounts that lead to a workstream, by name.
SELECT name, provider FROM channel_accounts WHERE organization_id = $1 AND workstream_id = $2 ORDER BY name, id

-- name: lock_account
-- One account, locked until the transaction ends.
SELECT * FROM channel_accounts WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: accounts
-- Accounts with their workstreams and what waits and failed there, in order of their making; or only one of them.
SELECT a.*, w.name AS workstream_name, w.channel,
    (SELECT count(*) FROM dispatches d WHERE d.organization_id = a.organization_id AND d.account_id = a.id
        AND d.state = 'queued') AS dispatches_waiting,
    (SELECT min(d.created_at) FROM dispatches d WHERE d.organization_id = a.organization_id AND d.account_id = a.id
        AND d.state = 'queued') AS oldest_dispatch_at,
    (SELECT count(*) FROM dispatches d WHERE d.organization_id = a.organization_id AND d.account_id = a.id
        AND d.state = 'failed' AND d.dropped_at IS NULL) AS dispatches_failed,
    (SELECT count(*) FROM arrivals r WHERE r.organization_id = a.organization_id AND r.account_id = a.id
        AND r.done_at IS NULL AND r.given_up_at IS NULL) AS arrivals_waiting,
    (SELECT count(*) FROM arrivals r WHERE r.organization_id = a.organization_id AND r.account_id = a.id
        AND r.given_up_at IS NOT NULL AND r.done_at IS NULL) AS arrivals_given_up
FROM channel_accounts a
JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id
WHERE a.organization_id = $1 AND a.id > $2 AND ($3::text IS NULL OR a.id = $3) ORDER BY a.id LIMIT $4

-- name: create_account
-- A new account.
INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets, begins, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: change_account
-- A changed account; without new secrets the old ones stay.
UPDATE channel_accounts SET name = $3, workstream_id = $4, settings = $5, secrets = coalesce($6, secrets), disabled = $7,
    begins = $8
WHERE organization_id = $1 AND id = $2

-- name: remove_account
-- An account over which nobody has been talked to.
DELETE FROM channel_accounts WHERE organization_id = $1 AND id = $2

-- name: see_account
-- What was found of its health.
UPDATE channel_accounts SET seen = $3 WHERE organization_id = $1 AND id = $2

-- name: hold
-- Nothing goes out over an account whose provider does not know it any more; it is tried again by and by, at first after
-- half a minute, in the end every half hour.
UPDATE channel_accounts SET held_since = coalesce(held_since, $3), held_until = $3::timestamptz + make_interval(
    secs => least(1800, greatest(30, extract(epoch FROM $3 - coalesce(held_since, $3)) / 2)::integer))
WHERE organization_id = $1 AND id = $2 RETURNING held_until

-- name: release
-- It is held no longer.
UPDATE channel_accounts SET held_since = NULL, held_until = NULL WHERE organization_id = $1 AND id = $2

-- name: in_trouble
-- Accounts over which nothing goes out now, because they are disabled or their provider does not know them any more.
SELECT id, name, disabled, seen, held_since FROM channel_accounts
WHERE organization_id = $1 AND (disabled OR held_since IS NOT NULL)

-- name: trunks
-- Accounts of telephone calls by name.
SELECT a.id, a.name FROM channel_accounts a
JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id AND w.channel = 'voice'
WHERE a.organization_id = $1

-- name: lock_identity
-- Whoever asks next by what a customer is known waits until this transaction ends: two first messages make one contact.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\x1f', 'identity', $1::text, $2::text, $3::text), 0))

-- name: asked
-- Accounts in use at providers that can be asked for what has come.
SELECT organization_id, id FROM channel_accounts WHERE provider = ANY ($1::text[]) AND NOT disabled ORDER BY id

-- name: read_to
-- How far an account has been read, where its provider is asked.
UPDATE channel_accounts SET cursor = $3 WHERE organization_id = $1 AND id = $2

-- name: sealed
-- Everything that is sealed, for whoever wants to know whether the key opens it.
SELECT organization_id, id, provider, name, secrets, disabled, seen, held_since FROM channel_accounts ORDER BY id LIMIT $1

-- name: passes
-- By what an account is opened, for good and for a while.
SELECT secrets, pass, clock_timestamp() AS at FROM channel_accounts WHERE organization_id = $1 AND id = $2

-- name: keep_pass
-- What opens it for a while now, and the secrets that have come in place of those which it was given out for.
UPDATE channel_accounts SET secrets = $3, pass = $5 WHERE organization_id = $1 AND id = $2 AND secrets = $4

-- name: threads_of
-- To which threads these references belong.
SELECT reference, thread FROM channel_references
WHERE organization_id = $1 AND account_id = $2 AND reference = ANY ($3::text[])

-- name: refer
-- These references belong to this thread from now on; what is known of one stays.
INSERT INTO channel_references (organization_id, account_id, reference, thread, created_at)
SELECT $1, $2, reference, $4, $5 FROM unnest($3::text[]) AS reference
ON CONFLICT ON CONSTRAINT channel_references_pkey DO NOTHING

-- name: is_asked_for
-- Whether a customer's name is to be asked for: of whom nothing came and to whom nothing went before, and of whom it could
-- not be learned by then.
SELECT NOT EXISTS (SELECT FROM channel_threads WHERE organization_id = $1 AND account_id = $2 AND address = $3
    AND (name <> '' OR unnamed_at IS NULL OR unnamed_at > $4))

-- name: name_thread
-- What the customer calls themselves, or when that could not be learned; whose thread it is.
UPDATE channel_threads SET name = coalesce(nullif($4, ''), name), unnamed_at = $5
WHERE organization_id = $1 AND account_id = $2 AND address = $3 RETURNING contact_id

-- name: known_by
-- By what a customer is known.
SELECT value FROM identities WHERE organization_id = $1 AND contact_id = $2

-- name: make_thread
-- The thread of an address, the first time that something comes from there or goes there.
INSERT INTO channel_threads (organization_id, account_id, address, name, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT channel_threads_pkey DO NOTHING

-- name: lock_thread
-- The thread of an address, unless somebody else is at it.
SELECT * FROM channel_threads WHERE organization_id = $1 AND account_id = $2 AND address = $3
FOR NO KEY UPDATE SKIP LOCKED

-- name: lock_threads
-- Of these threads those with a conversation, unless somebody else is at them, or has to ask for a name before.
SELECT t.account_id, t.address, t.conversation_id FROM unnest($2::text[], $3::text[]) AS k (account_id, address)
JOIN channel_threads t ON t.organization_id = $1 AND t.account_id = k.account_id AND t.address = k.address
WHERE t.conversation_id IS NOT NULL AND t.unnamed_at IS NULL ORDER BY t.account_id, t.address FOR NO KEY UPDATE OF t SKIP LOCKED

-- name: note_thread
-- With whom and in which conversation the thread is now.
UPDATE channel_threads SET contact_id = $4, conversation_id = $5, name = coalesce(nullif($6, ''), name),
    last_inbound_at = greatest(last_inbound_at, $7), cursor = coalesce($8, cursor)
WHERE organization_id = $1 AND account_id = $2 AND address = $3

-- name: note_threads
-- The same of several threads.
UPDATE channel_threads t SET contact_id = n.contact_id, conversation_id = n.conversation_id,
    name = coalesce(nullif(n.name, ''), t.name), last_inbound_at = greatest(t.last_inbound_at, n.sent_at),
    cursor = coalesce(n.cursor, t.cursor)
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::jsonb[])
    AS n (account_id, address, contact_id, conversation_id, name, sent_at, cursor)
WHERE t.organization_id = $1 AND t.account_id = n.account_id AND t.address = n.address

-- name: begin_thread
-- With whom and in which conversation the thread is now, that the house has begun.
UPDATE channel_threads SET contact_id = $4, conversation_id = $5
WHERE organization_id = $1 AND account_id = $2 AND address = $3

-- name: opt
-- Whether the customer wants to be written to at this address: since when not, or NULL.
UPDATE channel_threads SET opted_out_at = $4 WHERE organization_id = $1 AND account_id = $2 AND address = $3

-- name: blocked
-- Whether the newest of our messages to this address, since the customer wrote, was blocked by them.
SELECT coalesce((SELECT d.problem = 'blocked' FROM dispatches d WHERE d.organization_id = $1 AND d.account_id = $2
    AND d.address = $3 AND d.state <> 'queued' AND d.created_at > coalesce($4::timestamptz, '-infinity')
    ORDER BY d.place DESC LIMIT 1), false)

-- name: begun_over
-- An account over which staff would begin, with where that would lead.
SELECT a.*, w.channel, w.queue_id FROM channel_accounts a
JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id
WHERE a.organization_id = $1 AND a.id = $2

-- name: ways
-- Accounts over which staff may begin, by name, and whether there are templates for it.
SELECT a.*, w.channel, w.queue_id, EXISTS (SELECT FROM message_templates t
    WHERE t.organization_id = a.organization_id AND t.account_id = a.id) AS templates
FROM channel_accounts a JOIN workstreams w ON w.organization_id = a.organization_id AND w.id = a.workstream_id
WHERE a.organization_id = $1 AND a.begins AND NOT a.disabled ORDER BY lower(a.name)

-- name: address_conversation
-- Where the public messages of a conversation go.
INSERT INTO channel_conversations (organization_id, conversation_id, account_id, address) VALUES ($1, $2, $3, $4)

-- name: places_due
-- Who waits over an account that sends now, has not just come, and may be told their place again or for the first time.
SELECT c.organization_id, c.id, c.queue_id, v.place
FROM workstreams w
JOIN conversations c ON c.organization_id = w.organization_id AND c.workstream_id = w.id AND c.state = 'open'
JOIN channel_conversations v ON v.organization_id = c.organization_id AND v.conversation_id = c.id
JOIN channel_accounts a ON a.organization_id = v.organization_id AND a.id = v.account_id
    AND NOT a.disabled AND a.held_since IS NULL
LEFT JOIN channel_threads t ON t.organization_id = v.organization_id AND t.account_id = v.account_id
    AND t.address = v.address
WHERE w.place_minutes > 0 AND w.channel = ANY ($3::text[]) AND t.opted_out_at IS NULL
    AND (c.body ->> 'session_queued_at')::timestamptz <= $1::timestamptz - make_interval(secs => $2)
    AND (v.place_at IS NULL OR v.place_at <= $1::timestamptz - make_interval(mins => w.place_minutes))
ORDER BY c.organization_id, c.id

-- name: place
-- How often the customer of a conversation may be told their place, and which one they were told last, and when.
SELECT v.place, v.place_at, w.place_minutes FROM channel_conversations v
JOIN conversations c ON c.organization_id = v.organization_id AND c.id = v.conversation_id
JOIN workstreams w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
WHERE v.organization_id = $1 AND v.conversation_id = $2

-- name: note_place
-- They are told this place.
UPDATE channel_conversations SET place = $3, place_at = $4 WHERE organization_id = $1 AND conversation_id = $2

-- name: identity
-- The customer who is known by this.
SELECT contact_id FROM identities WHERE organization_id = $1 AND kind = $2 AND value = $3

-- name: is_somebody_else
-- Whether the provider vouches for another one of this kind for this customer, and not for this one.
SELECT EXISTS (SELECT FROM identities WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value <> $4)

-- name: add_identity
-- A customer is known by this from now on; whoever was before keeps it.
INSERT INTO identities (organization_id, kind, value, contact_id, verified_by, verified_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT identities_pkey DO NOTHING

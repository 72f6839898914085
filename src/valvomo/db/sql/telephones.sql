-- name: note
-- A call that a trunk of this process has, or (without a process) that is to be dialled over an account.
INSERT INTO telephones (organization_id, call_id, conversation_id, account_id, trunk_call, number, process_id, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now())

-- name: of_trunk_call
-- The conversation of a call by the trunk's name.
SELECT conversation_id FROM telephones WHERE organization_id = $1 AND account_id = $2 AND trunk_call = $3

-- name: ongoing
-- A conversation whose telephone with this number is in a call, or called, over this account.
SELECT conversation_id FROM telephones WHERE organization_id = $1 AND account_id = $2 AND number = $3 LIMIT 1

-- name: take
-- Calls that are to be dialled over these accounts, which are open in this process; nobody else takes them. Whoever is
-- still on the line, being told that they are called back, would be found busy: they are left so many seconds ($4).
UPDATE telephones t SET process_id = $1
WHERE (t.organization_id, t.call_id) IN (
    SELECT w.organization_id, w.call_id FROM telephones w
    JOIN unnest($2::text[], $3::text[]) AS k (organization_id, account_id)
        ON k.organization_id = w.organization_id AND k.account_id = w.account_id
    WHERE w.process_id IS NULL AND NOT EXISTS (SELECT FROM telephones o
        WHERE o.organization_id = w.organization_id AND o.conversation_id = w.conversation_id
        AND o.process_id IS NOT NULL AND w.asked_at > now() - make_interval(secs => $4))
    ORDER BY w.asked_at LIMIT 20 FOR UPDATE OF w SKIP LOCKED
)
RETURNING t.organization_id, t.call_id, t.conversation_id, t.account_id, t.trunk_call, t.number

-- name: over
-- The trunk has hung this call up.
DELETE FROM telephones WHERE organization_id = $1 AND call_id = $2

-- name: lost
-- Calls of processes that are gone, and calls that nobody has dialled for so many seconds.
SELECT t.organization_id, t.call_id, t.conversation_id FROM telephones t
WHERE (t.process_id IS NULL AND t.asked_at < now() - make_interval(secs => $2))
    OR (t.process_id IS NOT NULL AND NOT EXISTS (SELECT FROM call_carriers k
        WHERE k.process_id = t.process_id AND k.seen_at > now() - make_interval(secs => $1)))
ORDER BY t.asked_at LIMIT 100

-- name: adopt
-- The sound of a call comes to this process; once.
UPDATE telephones SET process_id = $4, streamed = true
WHERE organization_id = $1 AND account_id = $2 AND trunk_call = $3 AND NOT streamed
RETURNING organization_id, call_id, conversation_id, account_id, trunk_call, number, reopened

-- name: reopen
-- The sound of a call has broken off: it may come to a process once more.
UPDATE telephones SET streamed = false, reopened = true
WHERE organization_id = $1 AND account_id = $2 AND trunk_call = $3 AND process_id IS NOT NULL RETURNING call_id

-- name: had
-- Calls that this process has, and these, whoever has them by now.
SELECT organization_id, call_id, conversation_id, account_id, trunk_call, process_id FROM telephones
WHERE process_id = $1 OR (organization_id, call_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))

-- name: of_nobody
-- The call by the trunk's name, as long as its sound has come to no process.
SELECT organization_id, call_id, conversation_id FROM telephones
WHERE organization_id = $1 AND account_id = $2 AND trunk_call = $3 AND NOT streamed

-- name: open_accounts
-- Accounts of trunks that are in use.
SELECT * FROM channel_accounts WHERE provider = ANY ($1::text[]) AND NOT disabled ORDER BY id

-- name: hold_account
-- Whether this process holds an account that is open in one at a time: it did, nobody does, or whoever did is gone.
INSERT INTO trunk_holders (organization_id, account_id, process_id, seen_at) VALUES ($1, $2, $3, now())
ON CONFLICT (organization_id, account_id) DO UPDATE SET process_id = excluded.process_id, seen_at = excluded.seen_at
WHERE trunk_holders.process_id = excluded.process_id
    OR trunk_holders.seen_at < now() - make_interval(secs => $4)
RETURNING process_id

-- name: free_account
-- Others may hold it.
DELETE FROM trunk_holders WHERE organization_id = $1 AND account_id = $2 AND process_id = $3

-- name: callback_way
-- Over which account customers of a workstream are called back, if that may be used now.
SELECT a.id, a.settings FROM workstreams w
JOIN channel_accounts a ON a.organization_id = w.organization_id AND a.id = w.callback_account_id AND NOT a.disabled
WHERE w.organization_id = $1 AND w.id = $2

-- name: lock_callbacks
-- Whoever asks next for a callback over this account waits until this transaction ends: limits hold for two at once too.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\x1f', 'callbacks', $1::text, $2::text), 0))

-- name: callbacks
-- How many were asked for since then: to this number, and over this account in all.
SELECT count(*) FILTER (WHERE number = $3) AS to_number, count(*) AS over_account FROM callbacks
WHERE organization_id = $1 AND account_id = $2 AND asked_at > $4

-- name: note_callback
-- One is asked for.
INSERT INTO callbacks (organization_id, call_id, account_id, number, asked_at) VALUES ($1, $2, $3, $4, $5)

-- name: forget_callbacks
-- Those that were asked for before then, so many at once.
DELETE FROM callbacks WHERE (organization_id, call_id) IN (
    SELECT organization_id, call_id FROM callbacks WHERE asked_at < $1 LIMIT $2)

-- name: language
-- In which language to speak with a customer: that of the last conversation with any of these that has one, else the
-- house's first.
SELECT coalesce(
    (SELECT c.body ->> 'language' FROM conversations c
     WHERE c.organization_id = o.id AND c.contact_id = ANY ($2::text[]) AND c.body ->> 'language' <> ''
     ORDER BY c.created_at DESC LIMIT 1),
    o.languages[1]
) FROM organizations o WHERE o.id = $1

-- name: speaks
-- Whether the process that has the telephone of a conversation is there, and can speak to who is on it.
SELECT k.speaks FROM telephones t JOIN call_carriers k ON k.process_id = t.process_id
WHERE t.organization_id = $1 AND t.conversation_id = $2 AND k.seen_at > now() - make_interval(secs => $3)
ORDER BY t.asked_at DESC LIMIT 1

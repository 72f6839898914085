-- name: facts
-- What the customer of a conversation has done, by nobody's name.
UPDATE facts SET actor_name = $4, salt = NULL, erased = true
WHERE organization_id = $1 AND conversation_id = $2 AND actor_id = $3

-- name: public
-- Who wrote what the customer wrote.
UPDATE public_messages SET author_name = $4 WHERE organization_id = $1 AND conversation_id = $2 AND author_id = $3

-- name: internal
-- Who said what the customer said in calls.
UPDATE internal_messages SET author_name = $4 WHERE organization_id = $1 AND conversation_id = $2 AND author_id = $3

-- name: dispatches
-- Where it went, by which name the provider knows it; what is still to go does not.
UPDATE dispatches SET address = '', provider_id = NULL,
    problem = CASE state WHEN 'queued' THEN 'dropped' ELSE problem END,
    dropped_at = CASE state WHEN 'queued' THEN now() ELSE dropped_at END,
    state = CASE state WHEN 'queued' THEN 'failed' ELSE state END
WHERE organization_id = $1 AND conversation_id = $2

-- name: parts
-- By which names the provider knows parts of it.
UPDATE dispatch_parts p SET provider_id = NULL FROM dispatches d
WHERE d.organization_id = $1 AND d.conversation_id = $2 AND p.organization_id = $1 AND p.message_id = d.message_id

-- name: telephones
-- The number of a call that the trunk has not hung up yet.
UPDATE telephones SET number = '' WHERE organization_id = $1 AND conversation_id = $2

-- name: signals
-- How the customer's window was to be reached.
DELETE FROM call_signals WHERE organization_id = $1 AND conversation_id = $2

-- name: recordings
-- The days of what was recorded are over: its sound goes with the next round of whoever removes it.
UPDATE recordings SET keep_until = least(keep_until, now())
WHERE organization_id = $1 AND conversation_id = $2 AND state <> 'removed'

-- name: decisions
-- How it was routed, which was also by who they are.
DELETE FROM decisions WHERE organization_id = $1 AND conversation_id = $2

-- name: callbacks
-- That these numbers were called back.
DELETE FROM callbacks WHERE organization_id = $1 AND number = ANY ($2::text[])

-- name: group
-- All contacts that are the same customer as this one, locked: nothing begins with them until this is done.
SELECT id, name, email, phone, created_at, forgotten_at FROM contacts
WHERE organization_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR UPDATE

-- name: ongoing
-- What goes on with these contacts, the oldest first.
SELECT id, state, channel, coalesce(body ->> 'subject', '') AS subject, created_at FROM conversations
WHERE organization_id = $1 AND contact_id = ANY ($2::text[]) AND state <> 'closed'
ORDER BY created_at, id LIMIT 20

-- name: taken
-- What would go with these contacts, and what went on with them last.
SELECT count(*) AS conversations, count(*) FILTER (WHERE c.state <> 'closed') AS ongoing,
    coalesce(sum(c.seq), 0)::bigint AS messages, max(c.closed_at) AS closed_at,
    count(*) FILTER (WHERE c.body ->> 'forgotten_at' IS NULL) AS remaining,
    coalesce(sum((SELECT count(*) FROM attachments a
        WHERE a.organization_id = c.organization_id AND a.conversation_id = c.id)), 0)::bigint AS files,
    coalesce(sum((SELECT count(*) FROM recordings r WHERE r.organization_id = c.organization_id
        AND r.conversation_id = c.id AND r.state <> 'removed')), 0)::bigint AS recordings
FROM conversations c WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])

-- name: threads
-- At which addresses these contacts are reached, or were.
SELECT account_id, address FROM channel_threads WHERE organization_id = $1 AND contact_id = ANY ($2::text[])
UNION
SELECT v.account_id, v.address FROM conversations c
JOIN channel_conversations v ON v.organization_id = c.organization_id AND v.conversation_id = c.id
WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
UNION
SELECT m.account_id, m.address FROM conversations c
JOIN answer_mails m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
ORDER BY 1, 2

-- name: names
-- By what these contacts are known to channels.
SELECT value FROM identities WHERE organization_id = $1 AND contact_id = ANY ($2::text[])

-- name: answers
-- Where answers were to go by mail.
DELETE FROM answer_mails m USING conversations c
WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
    AND m.organization_id = c.organization_id AND m.conversation_id = c.id

-- name: ways
-- Where what was written in conversations with them went.
DELETE FROM channel_conversations v USING conversations c
WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
    AND v.organization_id = c.organization_id AND v.conversation_id = c.id

-- name: identities
-- By what channels know them.
DELETE FROM identities WHERE organization_id = $1 AND contact_id = ANY ($2::text[])

-- name: signed
-- By what names sites know them.
DELETE FROM contact_identities WHERE organization_id = $1 AND contact_id = ANY ($2::text[])

-- name: tokens
-- What opens their conversations to them.
DELETE FROM customer_tokens WHERE organization_id = $1 AND contact_id = ANY ($2::text[])

-- name: media
-- Files that came from these addresses with what was not taken in.
DELETE FROM channel_media m USING arrivals a, unnest($2::text[], $3::text[]) AS k (account_id, address)
WHERE a.organization_id = $1 AND a.account_id = k.account_id AND a.address = k.address AND a.given_up_at IS NOT NULL
    AND m.organization_id = $1 AND m.account_id = a.account_id AND m.key = a.key

-- name: arrivals
-- What came from these addresses, but for what is still to be taken in; that it came is known, so it is not taken twice.
UPDATE arrivals a SET body = '{}', address = '', problem = NULL FROM unnest($2::text[], $3::text[]) AS k (account_id, address)
WHERE a.organization_id = $1 AND a.account_id = k.account_id AND a.address = k.address
    AND (a.done_at IS NOT NULL OR a.given_up_at IS NOT NULL)

-- name: references
-- Which letters belong to these threads.
DELETE FROM channel_references r USING unnest($2::text[], $3::text[]) AS k (account_id, address)
WHERE r.organization_id = $1 AND r.account_id = k.account_id AND r.thread = k.address

-- name: part_threads
-- What these contacts still share an address with is no thread of theirs any more.
UPDATE channel_threads t SET contact_id = NULL, name = '', cursor = '{}' WHERE t.organization_id = $1 AND t.contact_id = ANY ($2::text[])

-- name: drop_threads
-- These addresses, but where others are reached there too.
DELETE FROM channel_threads t USING unnest($2::text[], $3::text[]) AS k (account_id, address)
WHERE t.organization_id = $1 AND t.account_id = k.account_id AND t.address = k.address AND NOT EXISTS (
    SELECT FROM channel_conversations v
    WHERE v.organization_id = $1 AND v.account_id = t.account_id AND v.address = t.address
)

-- name: contacts
-- Nothing is known of them any more but that there was somebody.
UPDATE contacts SET name = '', email = NULL, phone = NULL, company = '', language = '', about = '', vip = false,
    revision = revision + 1, forgotten_at = $3
WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: house_facts
-- Facts of the house that tell who these contacts are: changes of them, what was sent to them again, that they were told
-- something, and what was searched for.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND audited AND kind = ANY ($3::text[]) AND NOT erased
    AND (body ->> 'contact_id' = ANY ($2::text[]) OR body ->> 'into_id' = ANY ($2::text[]))
UNION ALL
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND kind = 'setting_changed' AND body ->> 'subject' = 'dispatch' AND NOT erased
    AND body ->> 'subject_id' IN (SELECT d.message_id FROM conversations c
        JOIN dispatches d ON d.organization_id = c.organization_id AND d.conversation_id = c.id
        WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[]))
UNION ALL
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND kind = 'acknowledged' AND actor_id = ANY ($2::text[]) AND NOT erased
UNION ALL
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body FROM facts
WHERE organization_id = $1 AND audited AND kind = 'searched' AND NOT erased
    AND EXISTS (SELECT FROM unnest($4::text[]) one WHERE strpos(lower(body ->> 'words'), lower(one)) > 0)
ORDER BY position

-- name: write_house_facts
-- These facts without names; their hashes stay, their salts do not.
UPDATE facts f SET body = n.body, actor_name = n.actor_name, salt = NULL, erased = true
FROM jsonb_to_recordset($2::jsonb) AS n (position bigint, body jsonb, actor_name text)
WHERE f.organization_id = $1 AND f.position = n.position

-- name: house_seal
-- The digest of these facts as they are.
SELECT encode(sha256(coalesce(string_agg(fact_content(
    organization_id, position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
), '\x1e' ORDER BY position), '')), 'hex') AS seal
FROM facts WHERE organization_id = $1 AND position = ANY ($2::bigint[])

-- name: emptying
-- Houses in which there are contacts whose conversations are not all without words and names.
SELECT DISTINCT organization_id FROM contacts WHERE forgotten_at IS NOT NULL AND emptied_at IS NULL

-- name: due
-- Closed conversations of contacts that are forgotten, in which it is still written, the longest forgotten first.
SELECT c.id, c.created_at, c.closed_at FROM contacts k
JOIN conversations c ON c.organization_id = k.organization_id AND c.contact_id = k.id
WHERE k.organization_id = $1 AND k.forgotten_at IS NOT NULL AND k.emptied_at IS NULL
    AND c.state = 'closed' AND c.body ->> 'forgotten_at' IS NULL
ORDER BY k.forgotten_at, c.created_at, c.id LIMIT $2

-- name: emptied
-- Contacts of which nothing is left; nobody knows which of them were one.
UPDATE contacts k SET emptied_at = $2, merged_into = NULL, merged_at = NULL, merged_by = NULL
WHERE k.organization_id = $1 AND k.forgotten_at IS NOT NULL AND k.emptied_at IS NULL AND NOT EXISTS (
    SELECT FROM conversations c
    WHERE c.organization_id = k.organization_id AND c.contact_id = k.id AND c.body ->> 'forgotten_at' IS NULL
)

-- name: known
-- The next customers by when they came, after one of them, each with whether nothing has gone on with any of the contacts
-- that they are since a moment.
SELECT k.id, k.created_at, NOT EXISTS (
    WITH RECURSIVE one AS (
        SELECT k.id, k.created_at
        UNION ALL
        SELECT c.id, c.created_at FROM one JOIN contacts c ON c.organization_id = $1 AND c.merged_into = one.id
    )
    SELECT FROM one WHERE one.created_at > $2 OR EXISTS (SELECT FROM conversations v WHERE v.organization_id = $1
        AND v.contact_id = one.id AND (v.state <> 'closed' OR v.closed_at > $2))
) AS idle
FROM contacts k WHERE k.organization_id = $1 AND k.forgotten_at IS NULL AND k.merged_into IS NULL
    AND k.created_at <= $2 AND (k.created_at, k.id) > ($3, $4::text COLLATE "C")
ORDER BY k.created_at, k.id LIMIT $5

-- name: lock
-- One router at a time for an organization, until the transaction ends.
SELECT pg_try_advisory_xact_lock(8301, hashtext($1))

-- name: organizations
-- Organizations in which something waits in a queue.
SELECT DISTINCT organization_id FROM conversations WHERE state = 'open' ORDER BY organization_id

-- name: facts
-- What happened after a position besides messages, and which agents it names.
SELECT position, kind, conversation_id,
    ARRAY[body ->> 'agent_id', body ->> 'from_id', body ->> 'person_id', body -> 'offer' ->> 'agent_id'] AS agents
FROM facts WHERE organization_id = $1 AND position > $2 AND kind <> 'message_posted' ORDER BY position LIMIT $3

-- name: queues_of
-- Where these conversations wait, and where these agents serve and those who were ever asked to take one or have
-- served it: what ends a conversation need not name whom it has set free.
WITH concerned AS (
    SELECT queue_id, state, owner_id, body FROM conversations WHERE organization_id = $1 AND id = ANY ($2::text[])
)
SELECT queue_id FROM concerned WHERE state = 'open'
UNION
SELECT queue_id FROM queue_members WHERE organization_id = $1 AND user_id IN (
    SELECT unnest($3::text[]) UNION SELECT owner_id FROM concerned
    UNION SELECT jsonb_array_elements_text(body -> 'served_by') FROM concerned
    UNION SELECT body -> 'offer' ->> 'agent_id' FROM facts
        WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND kind <> 'message_posted'
            AND kind = 'offer_made')

-- name: waiting
-- What waits in these queues, or in all, as far as routing looks at it.
SELECT id, queue_id, workstream_id, channel, priority, queued_at, (body ->> 'units')::integer AS units,
    nullif(body -> 'needs', '[]') AS needs, nullif(body -> 'declines', '{}') AS declines,
    body ->> 'affinity_id' AS affinity_id, (body ->> 'orphaned')::boolean AS orphaned
FROM conversations WHERE organization_id = $1 AND state = 'open' AND ($2::text[] IS NULL OR queue_id = ANY ($2))

-- name: seats
-- Who serves in these queues, since when they have been as free as they are, and when they were last asked.
SELECT id, idle_since, asked_at FROM agents WHERE organization_id = $1 AND id IN (
    SELECT user_id FROM queue_members WHERE organization_id = $1 AND queue_id = ANY ($2::text[]))

-- name: queues
-- How queues give out their work.
SELECT id, priority, method, match FROM queues WHERE organization_id = $1

-- name: version
-- The position of the last change of settings.
SELECT position FROM facts WHERE organization_id = $1 AND kind = 'setting_changed' ORDER BY position DESC LIMIT 1

-- name: skills
-- Names of skills.
SELECT id, name FROM skills WHERE organization_id = $1

-- name: handle_seconds
-- From acceptance to the end of the newest conversations of a queue that were served.
SELECT extract(epoch FROM closed_at - (body ->> 'first_accepted_at')::timestamptz)::float8 AS seconds FROM conversations
WHERE organization_id = $1 AND queue_id = $2 AND state = 'closed' AND body ->> 'first_accepted_at' IS NOT NULL
ORDER BY closed_at DESC LIMIT $3

-- name: stays
-- What waits in queues that have overflow rules, since when, which of them have been applied, and whether it was served.
SELECT c.organization_id, c.id, c.queue_id, (c.body ->> 'session_queued_at')::timestamptz AS since,
    nullif(c.body -> 'overflowed', '[]') AS overflowed, c.body ->> 'first_accepted_at' IS NOT NULL AS served
FROM conversations c JOIN queues q ON q.organization_id = c.organization_id AND q.id = c.queue_id
WHERE c.state = 'open' AND q.overflow <> '[]' ORDER BY c.organization_id

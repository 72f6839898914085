-- name: organizations
-- Organizations in which something waits in a queue.
SELECT id FROM organizations o WHERE EXISTS (
    SELECT FROM conversations c WHERE c.organization_id = o.id AND c.state = 'open') ORDER BY id

-- name: facts
-- How far the journal goes, and what happened after a position besides messages, with the agents whom it names.
SELECT h.position AS head, f.* FROM journal_heads h LEFT JOIN LATERAL (
    SELECT kind, conversation_id, ARRAY[body ->> 'agent_id', body ->> 'from_id', body ->> 'person_id',
        body -> 'offer' ->> 'agent_id'] AS agents
    FROM facts WHERE organization_id = $1 AND position > $2 AND kind <> 'message_posted' ORDER BY position LIMIT $3
) f ON true WHERE h.organization_id = $1

-- name: waiting
-- What waits in these queues, or in all, as far as routing looks at it.
SELECT id, queue_id, workstream_id, channel, priority, queued_at, (body ->> 'units')::integer AS units,
    nullif(body -> 'needs', '[]') AS needs, nullif(body -> 'declines', '{}') AS declines,
    body ->> 'affinity_id' AS affinity_id, (body ->> 'orphaned')::boolean AS orphaned,
    (body -> 'deadlines' ->> 'recall')::timestamptz AS postponed
FROM conversations WHERE organization_id = $1 AND state = 'open' AND ($2::text[] IS NULL OR queue_id = ANY ($2))

-- name: some_waiting
-- The same of some conversations, as far as they wait, with what tells whether they have changed.
SELECT id, version, queue_id, workstream_id, channel, priority, queued_at, (body ->> 'units')::integer AS units,
    nullif(body -> 'needs', '[]') AS needs, nullif(body -> 'declines', '{}') AS declines,
    body ->> 'affinity_id' AS affinity_id, (body ->> 'orphaned')::boolean AS orphaned,
    (body -> 'deadlines' ->> 'recall')::timestamptz AS postponed
FROM conversations WHERE organization_id = $1 AND state = 'open' AND id = ANY ($2::text[])

-- name: versions
-- Everything that waits, with what tells whether it has changed.
SELECT id, version FROM conversations WHERE organization_id = $1 AND state = 'open'

-- name: ahead
-- Who is served before one with this priority, age and id in a queue: how many of them ask for the same. Nobody waits for whoever
-- is to be called again later.
SELECT nullif(body -> 'needs', '[]') AS needs, nullif(body -> 'declines', '{}') AS declines, count(*)::integer AS count
FROM conversations WHERE organization_id = $1 AND queue_id = $2 AND state = 'open'
    AND body -> 'deadlines' ->> 'recall' IS NULL AND (priority > $3 OR priority = $3 AND (queued_at, id) < ($4, $5))
GROUP BY 1, 2

-- name: seats
-- Who serves in these queues (with NULL in any), since when they have been as free as they are, and when they were
-- last asked.
SELECT a.*, u.name, u.roles, u.disabled,
    (SELECT jsonb_object_agg(s.skill_id, s.level) FROM agent_skills s
        WHERE s.organization_id = a.organization_id AND s.agent_id = a.id) AS skills,
    (SELECT jsonb_object_agg(h.channel, jsonb_build_array(h.units, h.conversations)) FROM (
        SELECT channel, sum(units)::integer AS units, count(*)::integer AS conversations FROM holdings
        WHERE organization_id = a.organization_id AND agent_id = a.id GROUP BY channel) h) AS held,
    ARRAY(SELECT queue_id FROM queue_members m WHERE m.organization_id = a.organization_id AND m.user_id = a.id) AS queues
FROM agents a JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 AND a.id IN (SELECT user_id FROM queue_members
    WHERE organization_id = $1 AND ($2::text[] IS NULL OR queue_id = ANY ($2)))

-- name: some_seats
-- The same of these agents, and of those who have served these conversations or were ever asked to take one: what ends
-- a conversation need not name whom it has set free.
WITH wanted AS (
    SELECT unnest($3::text[]) AS id
    UNION SELECT owner_id FROM conversations WHERE organization_id = $1 AND id = ANY ($2::text[])
    UNION SELECT jsonb_array_elements_text(body -> 'served_by') FROM conversations
        WHERE organization_id = $1 AND id = ANY ($2::text[])
    UNION SELECT body -> 'offer' ->> 'agent_id' FROM facts
        WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND kind <> 'message_posted'
            AND kind = 'offer_made'
)
SELECT a.*, u.name, u.roles, u.disabled,
    (SELECT jsonb_object_agg(s.skill_id, s.level) FROM agent_skills s
        WHERE s.organization_id = a.organization_id AND s.agent_id = a.id) AS skills,
    (SELECT jsonb_object_agg(h.channel, jsonb_build_array(h.units, h.conversations)) FROM (
        SELECT channel, sum(units)::integer AS units, count(*)::integer AS conversations FROM holdings
        WHERE organization_id = a.organization_id AND agent_id = a.id GROUP BY channel) h) AS held,
    ARRAY(SELECT queue_id FROM queue_members m WHERE m.organization_id = a.organization_id AND m.user_id = a.id) AS queues
FROM agents a JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 AND a.id IN (SELECT id FROM wanted)

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

-- name: handled
-- The same of every queue, oldest first.
SELECT q.id AS queue_id, c.seconds FROM queues q JOIN LATERAL (
    SELECT extract(epoch FROM closed_at - (body ->> 'first_accepted_at')::timestamptz)::float8 AS seconds, closed_at
    FROM conversations WHERE organization_id = q.organization_id AND queue_id = q.id AND state = 'closed'
        AND body ->> 'first_accepted_at' IS NOT NULL
    ORDER BY closed_at DESC LIMIT $2
) c ON true WHERE q.organization_id = $1 ORDER BY c.closed_at

-- name: hours
-- The opening hours of queues that have any.
SELECT q.id AS queue_id, h.* FROM queues q
JOIN hours h ON h.organization_id = q.organization_id AND h.id = q.hours_id WHERE q.organization_id = $1

-- name: stays
-- What waits in queues that have overflow rules, since when, which of them have been applied, and whether it was served.
-- Nothing is done about whoever is to be called again later.
SELECT c.organization_id, c.id, c.queue_id, (c.body ->> 'session_queued_at')::timestamptz AS since,
    nullif(c.body -> 'overflowed', '[]') AS overflowed, c.body ->> 'first_accepted_at' IS NOT NULL AS served
FROM conversations c JOIN queues q ON q.organization_id = c.organization_id AND q.id = c.queue_id
WHERE c.state = 'open' AND q.overflow <> '[]' AND c.body -> 'deadlines' ->> 'recall' IS NULL
ORDER BY c.organization_id

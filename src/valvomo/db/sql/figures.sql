-- name: begin
-- Nothing has been counted yet.
INSERT INTO figure_heads (organization_id, position) VALUES ($1, 0) ON CONFLICT (organization_id) DO NOTHING

-- name: lock_head
-- How far the journal has been counted, locked until more has been.
SELECT position FROM figure_heads WHERE organization_id = $1 FOR UPDATE

-- name: head
-- How far the journal has been counted.
SELECT position FROM figure_heads WHERE organization_id = $1

-- name: behind
-- Organizations whose journal goes further than has been counted.
SELECT j.organization_id FROM journal_heads j
LEFT JOIN figure_heads f ON f.organization_id = j.organization_id
WHERE j.position > coalesce(f.position, 0)

-- name: advance
-- So far it has been counted.
UPDATE figure_heads SET position = $2 WHERE organization_id = $1

-- name: enter
-- Entries of a batch of facts.
INSERT INTO figure_entries (organization_id, position, place, counter, at, conversation_id, queue_id, channel, language,
    agent_id, ms, outbound)
SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::bigint[], $12::boolean[])

-- name: facts_of
-- What happened to these conversations up to a position, to fold them again.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
FROM facts WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND position <= $3
ORDER BY conversation_id, version

-- name: today
-- Sums of the entries of a time by queue, up to a position.
SELECT queue_id, counter, count(*)::bigint AS number, coalesce(sum(ms), 0)::bigint AS ms,
    greatest(0, coalesce(max(ms), 0))::bigint AS longest
FROM figure_entries
WHERE organization_id = $1 AND at >= $2 AND at < $3 AND position <= $4 AND conversation_id <> ''
GROUP BY queue_id, counter

-- name: waits
-- Every wait that is judged, of a time, by queue.
SELECT queue_id, counter, array_agg(coalesce(ms, 0) ORDER BY ms) AS waits FROM figure_entries
WHERE organization_id = $1 AND at >= $2 AND at < $3 AND position <= $4 AND counter = ANY ($5::text[])
GROUP BY queue_id, counter

-- name: spent
-- What primaries had spent on these conversations at a position; of hold what belongs to no call that is over.
SELECT conversation_id, counter, sum(ms)::bigint AS ms FROM figure_entries e
WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND position <= $3
    AND (counter IN ('talk', 'wrap_up') OR counter = 'hold' AND NOT EXISTS (
        SELECT FROM figure_entries c
        WHERE c.organization_id = e.organization_id AND c.conversation_id = e.conversation_id AND c.counter = 'call'
            AND c.position >= e.position AND c.position <= $3
    ))
GROUP BY conversation_id, counter

-- name: attended
-- The presences that were set on a day and the last of each agent before it, up to a position.
SELECT e.agent_id, e.at, substr(e.counter, 9) AS presence
FROM agents a
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT agent_id, at, counter, position, place FROM figure_entries
        WHERE organization_id = $1 AND agent_id = a.id AND counter LIKE 'present.%' AND at < $2 AND position <= $3
        ORDER BY at DESC, position DESC, place DESC LIMIT 1
    ) AS last
    UNION ALL
    SELECT agent_id, at, counter, position, place FROM figure_entries
    WHERE organization_id = $1 AND agent_id = a.id AND counter LIKE 'present.%' AND at >= $2 AND position <= $3
) AS e
WHERE a.organization_id = $1
ORDER BY e.at, e.position, e.place

-- name: uncounted
-- The last presence that was set of each agent by the facts after a position, up to another.
SELECT DISTINCT ON (body ->> 'agent_id') body ->> 'agent_id' AS agent_id, at, body ->> 'chosen' AS presence
FROM facts
WHERE organization_id = $1 AND kind = 'presence_set' AND position > $2 AND position <= $3
ORDER BY body ->> 'agent_id', at DESC, position DESC

-- name: handled
-- Stretches in which somebody handled something, of those that have ended since a moment, up to a position.
SELECT agent_id, at, ms FROM figure_entries
WHERE organization_id = $1 AND at > $2 AND position <= $3 AND counter IN ('talk', 'wrap_up')

-- name: look_up
-- Whether what comes next in this transaction may look rows up one by one and sort them ('on', as usual), or works by
-- hashing alone ('off').
SELECT set_config('enable_nestloop', $1, true), set_config('enable_sort', $1, true)

-- name: sums
-- Sums of entries of a period: of each of its parts ($4, their beginnings) and of whatever else it is parted by ($5).
-- What conversations came to is joined; nothing is counted of one after it was closed, but for clocks that differ.
SELECT width_bucket(e.at, $4::timestamptz[]) AS part,
    CASE WHEN 'queue' = ANY ($5::text[]) THEN e.queue_id END AS queue,
    CASE WHEN 'agent' = ANY ($5::text[]) THEN e.agent_id END AS agent,
    CASE WHEN 'channel' = ANY ($5::text[]) THEN e.channel END AS channel,
    CASE WHEN 'language' = ANY ($5::text[]) THEN e.language END AS language,
    CASE WHEN 'outcome' = ANY ($5::text[]) THEN coalesce(o.outcome, 'ongoing') END AS outcome,
    e.counter, count(*)::bigint AS number, coalesce(sum(e.ms), 0)::bigint AS ms,
    count(*) FILTER (WHERE e.ms <= q.service_level_seconds * 1000)::bigint AS within,
    count(*) FILTER (WHERE e.ms < q.short_abandon_seconds * 1000)::bigint AS short,
    greatest(0, coalesce(max(e.ms), 0))::bigint AS longest
FROM figure_entries e
JOIN queues q ON q.organization_id = e.organization_id AND q.id = e.queue_id
LEFT JOIN (
    SELECT conversation_id, substr(counter, 8) AS outcome FROM figure_entries
    WHERE $11::boolean AND organization_id = $1 AND counter LIKE 'closed.%' AND at >= $2::timestamptz - interval '1 day'
) o ON o.conversation_id = e.conversation_id
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3
    AND ($6::text[] IS NULL OR e.queue_id = ANY ($6)) AND ($7::text[] IS NULL OR e.agent_id = ANY ($7))
    AND ($8::text[] = '{}' OR e.channel = ANY ($8)) AND ($9::text[] = '{}' OR e.language = ANY ($9))
    AND ($10::text[] = '{}' OR coalesce(o.outcome, 'ongoing') = ANY ($10))
    AND ($12::boolean IS NULL OR e.outbound = $12)
GROUP BY 1, 2, 3, 4, 5, 6, 7

-- name: waited
-- How many waited for acceptance in each queue at each of these moments, and the longest of them for how many seconds:
-- waits that have ended since, and those that go on. Who has not been accepted yet waits from the first queue on,
-- who is to be called again later not before that.
SELECT w.queue_id, m.place::integer AS place, count(*)::integer AS number,
    extract(epoch FROM m.at - min(w.waits_since))::double precision AS longest
FROM unnest($2::timestamptz[]) WITH ORDINALITY AS m (at, place)
JOIN (
    SELECT e.queue_id, e.at - e.ms * interval '1 millisecond' AS since, e.at AS until,
        CASE WHEN coalesce(e.at <= (c.body ->> 'first_accepted_at')::timestamptz, true) THEN c.queued_at
            ELSE e.at - e.ms * interval '1 millisecond' END AS waits_since
    FROM figure_entries e
    JOIN conversations c ON c.organization_id = e.organization_id AND c.id = e.conversation_id
    WHERE e.organization_id = $1 AND e.at > ($2::timestamptz[])[1]
        AND e.counter IN ('session.accepted', 'session.abandoned', 'session.moved', 'session.closed', 'session.outbound')
    UNION ALL
    SELECT queue_id, (body ->> 'session_queued_at')::timestamptz, NULL,
        CASE WHEN body ->> 'first_accepted_at' IS NULL THEN queued_at
            ELSE (body ->> 'session_queued_at')::timestamptz END
    FROM conversations
    WHERE organization_id = $1 AND body -> 'deadlines' ->> 'recall' IS NULL
        AND (state = 'open' OR state = 'active' AND owner_id IS NULL AND body ->> 'bot_id' IS NULL)
) AS w ON w.since <= m.at AND (w.until IS NULL OR w.until > m.at)
WHERE $3::text[] IS NULL OR w.queue_id = ANY ($3)
GROUP BY 1, 2, m.at

-- name: listed
-- The entries that a figure counts, in order of their time, after a place in that order.
SELECT e.position, e.place, e.counter, e.at, e.conversation_id, e.queue_id, e.channel, e.language, e.agent_id, e.ms,
    to_jsonb(c) AS conversation
FROM figure_entries e
JOIN queues q ON q.organization_id = e.organization_id AND q.id = e.queue_id
JOIN conversations c ON c.organization_id = e.organization_id AND c.id = e.conversation_id
CROSS JOIN LATERAL (SELECT CASE WHEN $9::boolean THEN coalesce((SELECT substr(c.counter, 8) FROM figure_entries c
    WHERE c.organization_id = e.organization_id AND c.conversation_id = e.conversation_id AND c.counter LIKE 'closed.%'
    LIMIT 1), 'ongoing') END AS outcome) o
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3
    AND ($4::text[] IS NULL OR e.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR e.agent_id = ANY ($5))
    AND ($6::text[] = '{}' OR e.channel = ANY ($6)) AND ($7::text[] = '{}' OR e.language = ANY ($7))
    AND ($8::text[] = '{}' OR o.outcome = ANY ($8))
    AND e.counter = ANY ($10::text[]) AND ($16::boolean IS NULL OR e.outbound = $16)
    AND CASE $11::text WHEN 'within' THEN e.ms <= q.service_level_seconds * 1000
        WHEN 'late' THEN e.ms > q.service_level_seconds * 1000
        WHEN 'short' THEN e.ms < q.short_abandon_seconds * 1000
        WHEN 'unasked' THEN NOT EXISTS (SELECT FROM figure_entries o WHERE o.organization_id = e.organization_id
            AND o.position = e.position AND o.counter = 'offered') ELSE true END
    AND ($17::bigint IS NULL OR e.ms >= $17) AND ($18::bigint IS NULL OR e.ms < $18)
    AND ($12::timestamptz IS NULL OR (e.at, e.position, e.place) > ($12, $13::bigint, $14::smallint))
ORDER BY e.at, e.position, e.place LIMIT $15

-- name: spread
-- How many durations of these counters lie between which edges (milliseconds).
SELECT e.counter, width_bucket(e.ms::double precision, $11::double precision[]) AS place, count(*)::bigint AS number
FROM figure_entries e
LEFT JOIN (
    SELECT conversation_id, substr(counter, 8) AS outcome FROM figure_entries
    WHERE $9::boolean AND organization_id = $1 AND counter LIKE 'closed.%' AND at >= $2::timestamptz - interval '1 day'
) o ON o.conversation_id = e.conversation_id
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3
    AND ($4::text[] IS NULL OR e.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR e.agent_id = ANY ($5))
    AND ($6::text[] = '{}' OR e.channel = ANY ($6)) AND ($7::text[] = '{}' OR e.language = ANY ($7))
    AND ($8::text[] = '{}' OR coalesce(o.outcome, 'ongoing') = ANY ($8))
    AND e.counter = ANY ($10::text[]) AND e.ms IS NOT NULL AND ($12::boolean IS NULL OR e.outbound = $12)
GROUP BY 1, 2

-- name: interventions
-- What supervisors did, and what followed: the answers to what they asked, and how the conversations ended. An act
-- for which an agent was asked is the same fact as the offer.
SELECT e.agent_id, e.counter, CASE WHEN e.counter LIKE 'supervised.%' THEN o.outcome END AS outcome,
    count(*)::bigint AS number, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM figure_entries a
        WHERE a.organization_id = e.organization_id AND a.position = e.position AND a.counter = 'offered'))::bigint
        AS unasked
FROM figure_entries e
CROSS JOIN LATERAL (SELECT CASE WHEN $9::boolean OR e.counter LIKE 'supervised.%' THEN coalesce((SELECT substr(c.counter, 8) FROM figure_entries c
    WHERE c.organization_id = e.organization_id AND c.conversation_id = e.conversation_id AND c.counter LIKE 'closed.%'
    LIMIT 1), 'ongoing') END AS outcome) o
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3
    AND ($4::text[] IS NULL OR e.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR e.agent_id = ANY ($5))
    AND ($6::text[] = '{}' OR e.channel = ANY ($6)) AND ($7::text[] = '{}' OR e.language = ANY ($7))
    AND ($8::text[] = '{}' OR o.outcome = ANY ($8))
    AND (e.counter LIKE 'supervised.%' OR e.counter LIKE 'followed.%') AND ($10::boolean IS NULL OR e.outbound = $10)
GROUP BY 1, 2, 3

-- name: stretches
-- When these agents handled something, and what: stretches that reach into a period, and those that go on.
SELECT agent_id, at - ms * interval '1 millisecond' AS since, at AS until, conversation_id, queue_id FROM figure_entries
WHERE organization_id = $1 AND at > $2 AND at - ms * interval '1 millisecond' < $3
    AND counter IN ('talk', 'wrap_up') AND agent_id = ANY ($4::text[])
UNION ALL
SELECT owner_id, (body ->> CASE state WHEN 'wrap_up' THEN 'wrap_up_at' ELSE 'accepted_at' END)::timestamptz, NULL, id,
    queue_id
FROM conversations
WHERE organization_id = $1 AND state IN ('active', 'wrap_up') AND owner_id = ANY ($4::text[])

-- name: presences
-- The presences that were set of these agents in a period, and the last of each before it.
SELECT e.agent_id, e.at, substr(e.counter, 9) AS presence
FROM unnest($4::text[]) AS a (id)
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT agent_id, at, counter, position, place FROM figure_entries
        WHERE organization_id = $1 AND agent_id = a.id AND counter LIKE 'present.%' AND at < $2
        ORDER BY at DESC, position DESC, place DESC LIMIT 1
    ) AS last
    UNION ALL
    SELECT agent_id, at, counter, position, place FROM figure_entries
    WHERE organization_id = $1 AND agent_id = a.id AND counter LIKE 'present.%' AND at >= $2 AND at < $3
) AS e
ORDER BY e.at, e.position, e.place

-- name: serving
-- In which queues everybody serves who serves anywhere.
SELECT m.user_id, array_agg(m.queue_id) AS queues FROM queue_members m WHERE m.organization_id = $1 GROUP BY m.user_id

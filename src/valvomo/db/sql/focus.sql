-- name: lock
-- Until when somebody has reported, locked until more has been added.
INSERT INTO focus_heads (organization_id, agent_id) VALUES ($1, $2)
ON CONFLICT (organization_id, agent_id) DO UPDATE SET agent_id = EXCLUDED.agent_id RETURNING until

-- name: advance
-- So far they have reported now.
UPDATE focus_heads SET until = $3 WHERE organization_id = $1 AND agent_id = $2

-- name: add
-- More of the stretches of one conversation: when each began, and how many milliseconds of it were spent on it.
INSERT INTO focus_times (organization_id, conversation_id, agent_id, since, ms)
SELECT $1, $2, $3, * FROM unnest($4::timestamptz[], $5::bigint[])
ON CONFLICT (organization_id, conversation_id, agent_id, since) DO UPDATE SET ms = focus_times.ms + EXCLUDED.ms

-- name: sums
-- Focus time behind the handle time of a period, parted and narrowed as the sums of its entries are: that of whole
-- conversations where they were handled, and each agent's own where a stretch of talk or wrap-up of theirs ended.
SELECT width_bucket(e.at, $4::timestamptz[]) AS part,
    CASE WHEN 'queue' = ANY ($5::text[]) THEN e.queue_id END AS queue,
    CASE WHEN 'agent' = ANY ($5::text[]) THEN e.agent_id END AS agent,
    CASE WHEN 'channel' = ANY ($5::text[]) THEN e.channel END AS channel,
    CASE WHEN 'language' = ANY ($5::text[]) THEN e.language END AS language,
    CASE WHEN 'outcome' = ANY ($5::text[]) THEN coalesce(o.outcome, 'ongoing') END AS outcome,
    CASE e.counter WHEN 'handled' THEN 'handled.focus' ELSE 'focus' END AS counter,
    count(*)::bigint AS number, sum(f.ms)::bigint AS ms, 0::bigint AS within, 0::bigint AS short, 0::bigint AS longest
FROM figure_entries e
JOIN focus_times f ON f.organization_id = e.organization_id AND f.conversation_id = e.conversation_id AND f.since < e.at
    AND (e.counter = 'handled'
        OR f.agent_id = e.agent_id AND f.since >= e.at - (e.ms + 1) * interval '1 millisecond')
LEFT JOIN (
    SELECT conversation_id, substr(counter, 8) AS outcome FROM figure_entries
    WHERE $11::boolean AND organization_id = $1 AND counter LIKE 'closed.%' AND at >= $2::timestamptz - interval '1 day'
) o ON o.conversation_id = e.conversation_id
WHERE e.organization_id = $1 AND e.at >= $2 AND e.at < $3 AND e.counter IN ('handled', 'talk', 'wrap_up')
    AND ($6::text[] IS NULL OR e.queue_id = ANY ($6)) AND ($7::text[] IS NULL OR e.agent_id = ANY ($7))
    AND ($8::text[] = '{}' OR e.channel = ANY ($8)) AND ($9::text[] = '{}' OR e.language = ANY ($9))
    AND ($10::text[] = '{}' OR coalesce(o.outcome, 'ongoing') = ANY ($10))
    AND ($12::boolean IS NULL OR e.outbound = $12)
GROUP BY 1, 2, 3, 4, 5, 6, 7

-- name: drop
-- What began before a moment, some at a time.
DELETE FROM focus_times WHERE ctid = ANY (ARRAY(SELECT ctid FROM focus_times WHERE since < $1 LIMIT $2))

-- name: drop_heads
-- Who has long reported nothing can report what they like next, within its bounds.
DELETE FROM focus_heads WHERE ctid = ANY (ARRAY(SELECT ctid FROM focus_heads WHERE until < $1 LIMIT $2))

-- name: newest
-- How far the past is kept.
SELECT position, at FROM replay_snapshots WHERE organization_id = $1 AND form = $2 ORDER BY position DESC LIMIT 1

-- name: oldest
-- From when on it is kept.
SELECT at FROM replay_snapshots WHERE organization_id = $1 AND form = $2 ORDER BY position LIMIT 1

-- name: nearest
-- The last one that is not later than a moment.
SELECT position, at, body FROM replay_snapshots WHERE organization_id = $1 AND form = $2 AND at <= $3
ORDER BY at DESC, position DESC LIMIT 1

-- name: nearest_position
-- The last one that is not beyond a position.
SELECT position, at, body FROM replay_snapshots WHERE organization_id = $1 AND form = $2 AND position <= $3
ORDER BY position DESC LIMIT 1

-- name: keep
-- The floor at a position.
INSERT INTO replay_snapshots (organization_id, position, at, form, body) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT replay_snapshots_pkey DO UPDATE SET at = excluded.at, form = excluded.form,
    body = excluded.body

-- name: founded
-- When the organization began.
SELECT created_at FROM organizations WHERE id = $1

-- name: latest_at
-- The time of the latest of the facts after a position, up to another.
SELECT max(at) FROM facts WHERE organization_id = $1 AND position > $2 AND position <= $3

-- name: add_activity
-- How much happened in the facts after a position, up to another: added to what was counted before.
INSERT INTO replay_activity (organization_id, slot, queue_id, kind, facts, first_at)
SELECT $1, date_bin('5 minutes', f.at, timestamptz '2000-01-01 00:00Z'), coalesce(c.queue_id, f.body ->> 'queue_id', ''), k.kind, count(*),
    min(f.at)
FROM facts f LEFT JOIN conversations c ON c.organization_id = f.organization_id AND c.id = f.conversation_id
CROSS JOIN LATERAL (SELECT '' AS kind UNION ALL SELECT f.kind WHERE f.kind = ANY ($4::text[])) k
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3
GROUP BY 2, 3, 4
ON CONFLICT ON CONSTRAINT replay_activity_pkey DO UPDATE SET facts = replay_activity.facts + excluded.facts,
    first_at = least(replay_activity.first_at, excluded.first_at)

-- name: drop_activity
-- It is counted anew.
DELETE FROM replay_activity WHERE organization_id = $1

-- name: activity
-- How much happened between two moments in some queues or (NULL) all, in steps of so many seconds: what was counted, and
-- the facts after that. What happened in no queue is told to those who are told of all.
WITH counted AS (
    SELECT slot, kind, facts, first_at FROM replay_activity
    WHERE organization_id = $1 AND slot >= $2::timestamptz AND slot < $3 AND ($5::text[] IS NULL OR queue_id = ANY ($5))
    UNION ALL
    SELECT f.at, k.kind, 1, f.at
    FROM facts f LEFT JOIN conversations c ON c.organization_id = f.organization_id AND c.id = f.conversation_id
    CROSS JOIN LATERAL (SELECT '' AS kind UNION ALL SELECT f.kind WHERE f.kind = ANY ($7::text[])) k
    WHERE f.organization_id = $1 AND f.position > $6 AND f.at >= $2 AND f.at < $3
        AND ($5::text[] IS NULL OR coalesce(c.queue_id, f.body ->> 'queue_id') = ANY ($5))
)
SELECT date_bin(make_interval(secs => $4), slot, $2) AS slot, kind, sum(facts)::integer AS facts,
    min(first_at) AS first_at
FROM counted GROUP BY 1, 2 ORDER BY 1, 2

-- name: settings_after
-- Changes of the settings that the floor shows, after a position, the newest first.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body
FROM facts WHERE organization_id = $1 AND kind = 'setting_changed' AND position > $2
    AND body ->> 'subject' IN ('queue', 'user', 'workstream', 'presence', 'skill', 'attention', 'hours')
ORDER BY position DESC

-- name: usual_handle
-- What nine of ten conversations of each queue took at most, as it was known at a position.
SELECT DISTINCT ON (e.key) e.key AS queue_id, e.value::double precision AS seconds
FROM facts f CROSS JOIN LATERAL jsonb_each_text(f.body -> 'seconds') e
WHERE f.organization_id = $1 AND f.kind = 'usual_handle_noted' AND f.position <= $2
ORDER BY e.key, f.position DESC

-- name: previews
-- The public message with this number of each of these conversations, as it is stored now.
SELECT m.conversation_id, m.author_name, m.author_role, left(said(m.text, m.attachments, m.media), 1000) AS text, m.at
FROM unnest($2::text[], $3::bigint[]) AS k (conversation_id, public_seq)
JOIN public_messages m ON m.organization_id = $1 AND m.conversation_id = k.conversation_id
    AND m.public_seq = k.public_seq

-- name: drop_snapshots
-- Of an organization what is older than the past is kept, but for the newest of it, on which what follows rests; so many
-- at a time.
DELETE FROM replay_snapshots WHERE organization_id = $1 AND position = ANY (ARRAY(
    SELECT s.position FROM replay_snapshots s
    WHERE s.organization_id = $1 AND s.at < $2 AND s.position < (
        SELECT n.position FROM replay_snapshots n WHERE n.organization_id = $1 AND n.at < $2
        ORDER BY n.position DESC LIMIT 1)
    ORDER BY s.position LIMIT $3))

-- name: drop_old_activity
-- Its counts of what is not kept any more, so many at a time.
DELETE FROM replay_activity WHERE organization_id = $1 AND ctid = ANY (ARRAY(
    SELECT ctid FROM replay_activity WHERE organization_id = $1 AND slot < $2 LIMIT $3))

-- name: positions_between
-- What was kept between two moments.
SELECT position FROM replay_snapshots WHERE organization_id = $1 AND form = $2 AND at >= $3 AND at <= $4 ORDER BY position

-- name: locked
-- One of them, which nobody else changes or drops until this is done.
SELECT position, at, body FROM replay_snapshots WHERE organization_id = $1 AND form = $2 AND position = $3 FOR UPDATE

-- name: write
-- One of them, as it is from now on.
UPDATE replay_snapshots SET body = $3 WHERE organization_id = $1 AND position = $2

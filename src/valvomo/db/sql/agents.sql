-- name: lock
-- Agents by id, locked in one order until the transaction ends.
SELECT a.*, u.name, u.roles, u.disabled, (SELECT jsonb_object_agg(s.skill_id, s.level) FROM agent_skills s
    WHERE s.organization_id = a.organization_id AND s.agent_id = a.id) AS skills
FROM agents a
JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 AND a.id = ANY ($2::text[]) ORDER BY a.id FOR NO KEY UPDATE OF a

-- name: all
-- Everybody who can hold conversations.
SELECT a.*, u.name, u.roles, u.disabled, (SELECT jsonb_object_agg(s.skill_id, s.level) FROM agent_skills s
    WHERE s.organization_id = a.organization_id AND s.agent_id = a.id) AS skills
FROM agents a
JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 ORDER BY a.id

-- name: hours
-- All opening and working hours.
SELECT * FROM hours WHERE organization_id = $1

-- name: duty
-- Working hours with the agents who have them.
SELECT h.*, w.agent_ids FROM hours h
JOIN (SELECT hours_id, array_agg(id) AS agent_ids FROM agents
    WHERE organization_id = $1 AND hours_id IS NOT NULL GROUP BY hours_id) w ON w.hours_id = h.id
WHERE h.organization_id = $1

-- name: held
-- Units and conversations that agents hold now, by kind of channel.
SELECT agent_id, channel, sum(units)::integer AS units, count(*)::integer AS conversations FROM holdings
WHERE organization_id = $1 AND ($2::text[] IS NULL OR agent_id = ANY ($2)) GROUP BY agent_id, channel

-- name: queues
-- In which queues agents serve.
SELECT user_id, queue_id FROM queue_members WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY ($2))

-- name: set_presence
-- A presence that was chosen, by whom, with the custom one that stands for it, and what comes back later.
UPDATE agents SET chosen = $3, chosen_at = $4, chosen_by = $5, restore = $6, status_id = $7, restore_status_id = $8,
    version = version + 1
WHERE organization_id = $1 AND id = $2

-- name: status
-- A custom presence, which cannot change until the transaction ends.
SELECT * FROM presences WHERE organization_id = $1 AND id = $2 FOR SHARE

-- name: statuses
-- All custom presences.
SELECT * FROM presences WHERE organization_id = $1 ORDER BY id

-- name: set_lost
-- Since when the agent has had no live connection after having had one; NULL while they have one.
UPDATE agents SET lost_at = $3 WHERE organization_id = $1 AND id = $2

-- name: gone
-- Who monitors or has joined something, and lost their last live connection before a moment.
SELECT DISTINCT i.organization_id, i.person_id FROM involved i
JOIN agents a ON a.organization_id = i.organization_id AND a.id = i.person_id AND a.lost_at < $1
JOIN conversations c ON c.organization_id = i.organization_id AND c.id = i.conversation_id
JOIN LATERAL jsonb_to_recordset(c.body -> 'participants') AS p (id text, role text, since timestamptz)
    ON p.id = i.person_id AND p.role IN ('monitor', 'supervisor') AND p.since < $1
ORDER BY i.organization_id, i.person_id LIMIT $2

-- name: stranded
-- Who owns something that is not closed though they do not serve: no account, disabled, or without a role for it.
SELECT DISTINCT c.organization_id, c.owner_id FROM conversations c
LEFT JOIN users u ON u.organization_id = c.organization_id AND u.id = c.owner_id
WHERE c.state <> 'closed' AND c.owner_id IS NOT NULL
    AND (u.id IS NULL OR u.disabled OR NOT u.roles && ARRAY['agent', 'supervisor'])
ORDER BY c.organization_id, c.owner_id LIMIT $1

-- name: touch_idle
-- These agents have just become freer. Locked in the order in which everybody locks agents.
WITH locked AS (
    SELECT id FROM agents WHERE organization_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE agents a SET idle_since = $3 FROM locked WHERE a.organization_id = $1 AND a.id = locked.id

-- name: touch_asked
-- These agents were just asked by the router. Locked in the order in which everybody locks agents.
WITH locked AS (
    SELECT id FROM agents WHERE organization_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE agents a SET asked_at = $3 FROM locked WHERE a.organization_id = $1 AND a.id = locked.id

-- name: connections
-- How many live connections the agent has.
SELECT count(*) FROM connections WHERE organization_id = $1 AND user_id = $2

-- name: lock
-- Agents by id, locked in one order until the transaction ends.
SELECT a.*, u.name, u.roles, u.disabled FROM agents a
JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 AND a.id = ANY ($2::text[]) ORDER BY a.id FOR NO KEY UPDATE OF a

-- name: all
-- Everybody who can hold conversations.
SELECT a.*, u.name, u.roles, u.disabled FROM agents a
JOIN users u ON u.organization_id = a.organization_id AND u.id = a.id
WHERE a.organization_id = $1 ORDER BY a.id

-- name: held
-- Units and conversations that agents hold now, by kind of channel.
SELECT agent_id, channel, sum(units)::integer AS units, count(*)::integer AS conversations FROM holdings
WHERE organization_id = $1 AND ($2::text[] IS NULL OR agent_id = ANY ($2)) GROUP BY agent_id, channel

-- name: queues
-- In which queues agents serve.
SELECT user_id, queue_id FROM queue_members WHERE organization_id = $1 AND ($2::text[] IS NULL OR user_id = ANY ($2))

-- name: set_presence
-- A presence that was chosen, by whom.
UPDATE agents SET chosen = $3, chosen_at = $4, chosen_by = $5, restore = $6, lost_at = $7, version = version + 1
WHERE organization_id = $1 AND id = $2

-- name: touch_idle
-- These agents have just become freer.
UPDATE agents SET idle_since = $3 WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: connections
-- How many live connections the agent has.
SELECT count(*) FROM connections WHERE organization_id = $1 AND user_id = $2

-- name: get
-- How far an organization was proved, and what was found.
SELECT position, hash, report, at FROM inspections WHERE organization_id = $1 AND by = $2

-- name: keep
-- The organization has been proved up to here.
INSERT INTO inspections (organization_id, by, position, hash, report, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT inspections_pkey DO UPDATE
SET position = excluded.position, hash = excluded.hash, report = excluded.report, at = excluded.at

-- name: newest
-- What the inspector found last, over all organizations: how much is wrong, when the most neglected was looked at, and
-- how much is not proved now. One that was never looked at is neglected since it was made.
SELECT coalesce(sum((i.report ->> 'count')::bigint), 0) AS findings, min(coalesce(i.at, o.created_at)) AS oldest,
    coalesce(sum(greatest(0, h.position - coalesce(i.position, 0))), 0) AS behind
FROM organizations o JOIN journal_heads h ON h.organization_id = o.id
LEFT JOIN inspections i ON i.organization_id = o.id AND i.by = 'inspector'

-- name: lease
-- Takes what one process at a time does, or keeps it; nothing is returned while another one has it.
INSERT INTO leases AS l (name, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE l.holder = excluded.holder OR l.until < now() RETURNING holder

-- name: end_lease
-- Lets go of it, so that another process need not wait.
DELETE FROM leases WHERE name = $1 AND holder = $2

-- name: listed
-- An owner's scheduled reports (everybody's with NULL), in order of their making.
SELECT s.*, u.name AS owner_name FROM report_schedules s
JOIN users u ON u.organization_id = s.organization_id AND u.id = s.owner_id
WHERE s.organization_id = $1 AND ($2::text IS NULL OR s.owner_id = $2) ORDER BY s.id LIMIT $3

-- name: number
-- How many reports are scheduled.
SELECT count(*)::integer FROM report_schedules WHERE organization_id = $1

-- name: create
-- A new one.
INSERT INTO report_schedules (organization_id, id, owner_id, name, every, minute, recipients, queues, language, purpose,
    due, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: lock
-- One, locked until the transaction ends.
SELECT * FROM report_schedules WHERE organization_id = $1 AND id = $2 FOR UPDATE

-- name: remove
-- No more of it.
DELETE FROM report_schedules WHERE organization_id = $1 AND id = $2

-- name: due
-- What is due, the most overdue first, without some.
SELECT * FROM report_schedules WHERE due <= $1 AND NOT id = ANY ($3::text[]) ORDER BY due LIMIT $2

-- name: advance
-- When the next one is due.
UPDATE report_schedules SET due = $3 WHERE organization_id = $1 AND id = $2

-- name: write_mails
-- Letters with a file to these addresses, to be sent at once.
INSERT INTO mails (organization_id, id, recipient, subject, body, file_name, file, due, created_at)
SELECT $1, gen_random_uuid()::text, unnest($2::text[]), $3, $4, $5, $6, $7, $7

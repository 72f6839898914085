-- name: rules
-- Every enabled rule of every organization, with its quiet hours.
SELECT r.*, to_jsonb(h) AS hours FROM alert_rules r
LEFT JOIN hours h ON h.organization_id = r.organization_id AND h.id = r.quiet_hours_id
WHERE r.enabled ORDER BY r.organization_id, r.id

-- name: rule
-- One rule as it is now.
SELECT * FROM alert_rules WHERE organization_id = $1 AND id = $2 FOR SHARE

-- name: raise
-- A new alert, unless there is one that is not cleared, or was one not long enough ago. One that ended because its
-- conversation went to another queue is none: whoever it is with now has not seen it.
INSERT INTO alerts (organization_id, id, rule_id, rule_name, queue_id, conversation_id, about, sound, raised_at, assigned_to)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE NOT EXISTS (
    SELECT FROM alerts WHERE organization_id = $1 AND rule_id = $3 AND about = $7
        AND cleared_as IS DISTINCT FROM 'moved'
        AND coalesce(cleared_at, raised_at) > $9::timestamptz - make_interval(secs => $11))
ON CONFLICT (organization_id, rule_id, about) WHERE cleared_at IS NULL DO NOTHING
RETURNING id

-- name: cools_until
-- When this rule may raise an alert about the same again; null while one is not cleared.
SELECT max(cleared_at) + make_interval(secs => $4) FROM alerts
WHERE organization_id = $1 AND rule_id = $2 AND about = $3 AND cleared_as IS DISTINCT FROM 'moved'
HAVING count(*) FILTER (WHERE cleared_at IS NULL) = 0

-- name: lock
-- One alert, locked.
SELECT * FROM alerts WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: acknowledge
-- Somebody has seen it.
UPDATE alerts SET acknowledged_at = $3, acknowledged_by = $4, version = version + 1
WHERE organization_id = $1 AND id = $2

-- name: assign
-- It is this person's to see to.
UPDATE alerts SET assigned_to = $3, version = version + 1 WHERE organization_id = $1 AND id = $2

-- name: clear
-- It is over.
UPDATE alerts SET cleared_at = $3, cleared_as = $4, version = version + 1 WHERE organization_id = $1 AND id = $2

-- name: open
-- What is not cleared.
SELECT * FROM alerts WHERE organization_id = $1 AND cleared_at IS NULL ORDER BY raised_at

-- name: listed
-- Alerts, newest first, before an id: of these queues (null: of all), those that are not cleared or all. Of a conversation
-- that is in none of these queues now, no name is told.
SELECT a.*, q.name AS queue_name,
    CASE WHEN $2::text[] IS NULL OR c.queue_id = ANY ($2) THEN c.body ->> 'customer_name' END AS customer, u.name AS acknowledged_name,
    v.name AS assigned_name
FROM alerts a
LEFT JOIN queues q ON q.organization_id = a.organization_id AND q.id = a.queue_id
LEFT JOIN conversations c ON c.organization_id = a.organization_id AND c.id = a.conversation_id
LEFT JOIN users u ON u.organization_id = a.organization_id AND u.id = a.acknowledged_by
LEFT JOIN users v ON v.organization_id = a.organization_id AND v.id = a.assigned_to
WHERE a.organization_id = $1 AND ($2::text[] IS NULL OR a.queue_id = ANY ($2)) AND ($3 OR a.cleared_at IS NULL)
    AND ($4 = '' OR a.id < $4) AND ($6::text IS NULL OR a.id = $6)
ORDER BY a.id DESC LIMIT $5

-- name: supervisor_of
-- Whether this account supervises the queue.
SELECT u.name FROM users u WHERE u.organization_id = $1 AND u.id = $2 AND NOT u.disabled AND 'supervisor' = ANY (u.roles)
    AND (u.supervises_all OR EXISTS (SELECT FROM queue_supervisors s
        WHERE s.organization_id = u.organization_id AND s.user_id = u.id AND s.queue_id = $3))

-- name: supervisors_of
-- Who supervises the queue of an alert, by name.
SELECT u.id, u.name FROM users u WHERE u.organization_id = $1 AND NOT u.disabled AND 'supervisor' = ANY (u.roles)
    AND (u.supervises_all OR EXISTS (SELECT FROM queue_supervisors s
        WHERE s.organization_id = u.organization_id AND s.user_id = u.id AND s.queue_id = $2))
ORDER BY u.name, u.id LIMIT $3

-- name: readers
-- In which language each of these addresses is written to: that of the account, or the organization's first.
SELECT a.email, coalesce(u.language, o.languages[1], 'en') AS language
FROM organizations o CROSS JOIN unnest($2::text[]) a (email)
LEFT JOIN users u ON u.organization_id = o.id AND lower(u.email) = lower(a.email)
WHERE o.id = $1

-- name: write_mails
-- Letters to these addresses, to be sent at once.
INSERT INTO mails (organization_id, id, recipient, subject, body, due, created_at)
SELECT $1, gen_random_uuid()::text, unnest($2::text[]), $3, $4, $5, $5

-- name: lease_mail
-- The next letter that is due is this process's to send; if it dies, it is due again when the lease ends.
UPDATE mails m SET due = $1::timestamptz + make_interval(secs => $2), attempts = m.attempts + 1
WHERE (m.organization_id, m.id) IN (
    SELECT d.organization_id, d.id FROM mails d
    WHERE d.due <= $1 AND d.sent_at IS NULL AND d.given_up_at IS NULL
    ORDER BY d.due LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING m.*

-- name: mail_sent
-- The letter is with its mail server.
UPDATE mails SET sent_at = $3, problem = NULL WHERE organization_id = $1 AND id = $2

-- name: mail_failed
-- The letter was not taken: when to try again, or that we gave up.
UPDATE mails SET due = $3, given_up_at = $4, problem = $5 WHERE organization_id = $1 AND id = $2

-- name: reader_position
-- How far a reader has read; one that is new begins at the journal's end.
WITH new AS (
    INSERT INTO journal_readers (organization_id, name, position)
    SELECT organization_id, $2, position FROM journal_heads WHERE organization_id = $1
    ON CONFLICT ON CONSTRAINT journal_readers_pkey DO NOTHING
)
SELECT position FROM journal_readers WHERE organization_id = $1 AND name = $2

-- name: drop_old_mails
-- Letters that were sent or given up are kept for a while, to see what became of them; so many at a time.
DELETE FROM mails WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM mails WHERE sent_at < $1 OR given_up_at < $1 LIMIT $2
))

-- name: drop_old
-- Alerts that were cleared are kept for a while; so many at a time.
DELETE FROM alerts WHERE ctid = ANY (ARRAY(SELECT ctid FROM alerts WHERE cleared_at < $1 LIMIT $2))

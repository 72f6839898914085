-- name: create_form
-- A new form.
INSERT INTO evaluation_forms (organization_id, id, name, version, created_at) VALUES ($1, $2, $3, 1, $4)

-- name: add_version
-- A version of a form; none is ever changed.
INSERT INTO evaluation_form_versions (organization_id, form_id, version, body, created_at)
VALUES ($1, $2, $3, $4::jsonb, $5)

-- name: change_form
-- Its name, which version is the newest, and whether it is still used.
UPDATE evaluation_forms SET name = $3, version = $4, retired = $5 WHERE organization_id = $1 AND id = $2

-- name: form
-- A form in one version, the newest unless one is asked for.
SELECT f.id, f.name, f.version AS newest, f.retired, v.version, v.body, v.created_at
FROM evaluation_forms f JOIN evaluation_form_versions v ON v.organization_id = f.organization_id AND v.form_id = f.id
    AND v.version = coalesce($3::integer, f.version)
WHERE f.organization_id = $1 AND f.id = $2

-- name: forms
-- All forms, each in its newest version, in order of their making.
SELECT f.id, f.name, f.version AS newest, f.retired, v.version, v.body, v.created_at
FROM evaluation_forms f JOIN evaluation_form_versions v ON v.organization_id = f.organization_id AND v.form_id = f.id
    AND v.version = f.version
WHERE f.organization_id = $1 ORDER BY f.id

-- name: create_rule
-- A new rule; it draws from what is closed from now on.
INSERT INTO sampling_rules (organization_id, id, name, queue_id, form_id, body, percent_to, week_to, created_at)
SELECT $1, $2, $3, $4, $5, $6::jsonb, $7::timestamptz,
    date_trunc('week', $7::timestamptz AT TIME ZONE time_zone) AT TIME ZONE time_zone, $7
FROM organizations WHERE id = $1

-- name: drawn_by
-- Whether any rule draws for this form.
SELECT EXISTS (SELECT FROM sampling_rules WHERE organization_id = $1 AND form_id = $2)

-- name: remove_rule
-- A rule that draws no more; what it drew stays.
DELETE FROM sampling_rules WHERE organization_id = $1 AND id = $2

-- name: rules
-- All rules, or one, in order of their making.
SELECT * FROM sampling_rules WHERE organization_id = $1 AND ($2::text IS NULL OR id = $2) ORDER BY id

-- name: lock_rule
-- One rule, with when the present week began where the organization is, locked until the transaction ends.
SELECT r.*, date_trunc('week', $3::timestamptz AT TIME ZONE o.time_zone) AT TIME ZONE o.time_zone AS this_week,
    (date_trunc('week', r.week_to AT TIME ZONE o.time_zone) + interval '7 days') AT TIME ZONE o.time_zone AS week_end
FROM sampling_rules r JOIN organizations o ON o.id = r.organization_id
WHERE r.organization_id = $1 AND r.id = $2 FOR UPDATE OF r

-- name: drawn_to
-- How far a rule has drawn.
UPDATE sampling_rules SET percent_to = $3, week_to = $4 WHERE organization_id = $1 AND id = $2

-- name: due_rules
-- Rules of all organizations that have something to draw from: closed since they last drew, or a week that is over.
SELECT organization_id, id FROM sampling_rules
WHERE CASE WHEN body ->> 'percent' IS NOT NULL THEN percent_to < $1 ELSE week_to < $1 - interval '7 days' END
ORDER BY organization_id, id

-- name: candidates
-- What was closed in a queue within a period, with who served it last, and whether a rule has drawn it already.
SELECT id AS conversation_id, coalesce(owner_id, body -> 'served_by' ->> -1) AS agent_id, closed_at,
    extract(epoch FROM closed_at - (body ->> 'first_accepted_at')::timestamptz)::double precision AS seconds,
    body ->> 'sentiment_level' AS mood, body ->> 'closed_as' AS outcome,
    body -> 'consent' ->> 'policy' = 'consent' AND (body -> 'consent' ->> 'answer')::boolean IS NOT TRUE AS unreadable,
    EXISTS (SELECT FROM evaluations e WHERE e.organization_id = $1 AND e.rule_id = $5
        AND e.conversation_id = conversations.id) AS drawn
FROM conversations
WHERE organization_id = $1 AND queue_id = $2 AND state = 'closed' AND closed_at >= $3 AND closed_at < $4
    AND coalesce(owner_id, body -> 'served_by' ->> -1) IS NOT NULL

-- name: supervisors
-- Who supervises a queue, each with how many evaluations wait for them.
SELECT u.id, (SELECT count(*) FROM evaluations e WHERE e.organization_id = $1 AND e.supervisor_id = u.id
    AND e.stage = 'draft')::integer AS waiting
FROM users u
WHERE u.organization_id = $1 AND NOT u.disabled AND 'supervisor' = ANY (u.roles) AND NOT 'integration' = ANY (u.roles)
    AND (u.supervises_all OR EXISTS (SELECT FROM queue_supervisors s WHERE s.organization_id = $1 AND s.user_id = u.id
        AND s.queue_id = $2))
ORDER BY u.id

-- name: begin
-- A new evaluation.
INSERT INTO evaluations (organization_id, id, conversation_id, queue_id, agent_id, supervisor_id, form_id, form_version,
    stage, rule_id, why, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10::jsonb, $11)

-- name: lock
-- One evaluation, locked until the transaction ends.
SELECT * FROM evaluations WHERE organization_id = $1 AND id = $2 FOR UPDATE

-- name: save
-- An evaluation as it is now.
UPDATE evaluations SET revision = revision + 1, supervisor_id = $3, stage = $4, answers = $5::jsonb, comment = $6, reply = $7, points = $8,
    failed = $9, submitted_at = $10, replied_at = $11, closed_at = $12
WHERE organization_id = $1 AND id = $2

-- name: evaluations
-- Evaluations that match, the newest first, before an id; no draft about whoever asks.
SELECT e.*, c.body ->> 'customer_name' AS customer_name, c.body ->> 'subject' AS subject, c.channel,
    a.name AS agent_name, s.name AS supervisor_name, q.name AS queue_name, f.name AS form_name, v.body AS form
FROM evaluations e
JOIN conversations c ON c.organization_id = e.organization_id AND c.id = e.conversation_id
JOIN evaluation_forms f ON f.organization_id = e.organization_id AND f.id = e.form_id
JOIN evaluation_form_versions v ON v.organization_id = e.organization_id AND v.form_id = e.form_id
    AND v.version = e.form_version
LEFT JOIN users a ON a.organization_id = e.organization_id AND a.id = e.agent_id
LEFT JOIN users s ON s.organization_id = e.organization_id AND s.id = e.supervisor_id
LEFT JOIN queues q ON q.organization_id = e.organization_id AND q.id = e.queue_id
WHERE e.organization_id = $1
    AND ($2 OR e.queue_id = ANY ($3::text[]) OR e.agent_id = $4) AND (e.agent_id <> $4 OR e.stage <> 'draft')
    AND ($5::text[] = '{}' OR e.stage = ANY ($5)) AND ($6 = '' OR e.agent_id = $6)
    AND ($7 = '' OR e.conversation_id = $7) AND ($8 = '' OR e.supervisor_id = $8 OR e.agent_id = $8)
    AND ($9::text IS NULL OR e.id < $9 COLLATE "C") AND ($10::text IS NULL OR e.id = $10)
ORDER BY e.id DESC LIMIT $11

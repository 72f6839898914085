-- name: queues
-- Queues after an id, in order of their making, with their hours, and who serves in and who supervises them.
SELECT q.*, (SELECT to_jsonb(h) FROM hours h WHERE h.organization_id = q.organization_id AND h.id = q.hours_id) AS hours,
    ARRAY(SELECT m.user_id FROM queue_members m WHERE m.organization_id = q.organization_id AND m.queue_id = q.id
        ORDER BY m.user_id) AS member_ids,
    ARRAY(SELECT s.user_id FROM queue_supervisors s WHERE s.organization_id = q.organization_id AND s.queue_id = q.id
        ORDER BY s.user_id) AS supervisor_ids
FROM queues q WHERE q.organization_id = $1 AND q.id > $2 AND ($3::text IS NULL OR q.id = $3) ORDER BY q.id LIMIT $4

-- name: create_queue
-- A new queue.
INSERT INTO queues (organization_id, id, name, priority, service_level_seconds, method, match, hours_id, overflow,
    sentiment_alert_agent, sentiment_alert_supervisor, short_abandon_seconds, kind, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13, $14)

-- name: change_queue
-- A queue as it is from now on.
UPDATE queues SET name = $3, priority = $4, service_level_seconds = $5, method = $6, match = $7, hours_id = $8,
    overflow = $9::jsonb, sentiment_alert_agent = $10, sentiment_alert_supervisor = $11, short_abandon_seconds = $12
WHERE organization_id = $1 AND id = $2

-- name: remove_queue
-- A queue that nothing refers to.
DELETE FROM queues WHERE organization_id = $1 AND id = $2

-- name: queue_in_rules
-- Whether a rule of a workstream or of another queue leads into this queue.
SELECT EXISTS (SELECT FROM workstreams WHERE organization_id = $1
        AND queue_rules @> jsonb_build_array(jsonb_build_object('queue_id', $2::text)))
    OR EXISTS (SELECT FROM queues WHERE organization_id = $1 AND id <> $2
        AND overflow @> jsonb_build_array(jsonb_build_object('queue_id', $2::text)))

-- name: drop_members
-- Nobody serves in the queue but these.
DELETE FROM queue_members WHERE organization_id = $1 AND queue_id = $2 AND NOT user_id = ANY ($3::text[])

-- name: add_members
-- These serve in the queue.
INSERT INTO queue_members (organization_id, queue_id, user_id) SELECT $1, $2, unnest($3::text[])
ON CONFLICT ON CONSTRAINT queue_members_pkey DO NOTHING

-- name: drop_supervisors
-- Nobody supervises the queue but these.
DELETE FROM queue_supervisors WHERE organization_id = $1 AND queue_id = $2 AND NOT user_id = ANY ($3::text[])

-- name: add_supervisors
-- These supervise the queue.
INSERT INTO queue_supervisors (organization_id, queue_id, user_id) SELECT $1, $2, unnest($3::text[])
ON CONFLICT ON CONSTRAINT queue_supervisors_pkey DO NOTHING

-- name: known_users
-- Which of these accounts there are.
SELECT id FROM users WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: known_queues
-- Which of these queues there are.
SELECT id FROM queues WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: queue_kinds
-- All queues with their kinds.
SELECT id, kind FROM queues WHERE organization_id = $1

-- name: known_hours
-- Whether there are such hours.
SELECT EXISTS (SELECT FROM hours WHERE organization_id = $1 AND id = $2)

-- name: known_template
-- Whether there is such a template of offers.
SELECT EXISTS (SELECT FROM templates WHERE organization_id = $1 AND id = $2)

-- name: workstreams
-- Workstreams after an id, in order of their making.
SELECT * FROM workstreams WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3)
ORDER BY id LIMIT $4

-- name: create_workstream
-- A new workstream.
INSERT INTO workstreams (organization_id, id, name, queue_id, units, allowed_presences, auto_accept, wrap_up, timers,
    consent, origins, queue_rules, skill_rules, affinity, template_id, bot_id, attachments, announced,
    place_minutes, survey_minutes, calls_kept, calls_days, callback_account_id, channel, key, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12::jsonb, $13::jsonb, $14, $15, $16, $17::jsonb, $18,
    $19, $20, $21, $22, $23, $24, $25, $26)

-- name: change_workstream
-- A workstream as it is from now on.
UPDATE workstreams SET name = $3, queue_id = $4, units = $5, allowed_presences = $6, auto_accept = $7, wrap_up = $8,
    timers = $9::jsonb, consent = $10, origins = $11, queue_rules = $12::jsonb, skill_rules = $13::jsonb, affinity = $14,
    template_id = $15, bot_id = $16, attachments = $17::jsonb, announced = $18,
    place_minutes = $19, survey_minutes = $20, calls_kept = $21, calls_days = $22, callback_account_id = $23
WHERE organization_id = $1 AND id = $2

-- name: newest_text
-- The newest version of a text in one language.
SELECT * FROM texts WHERE organization_id = $1 AND subject = $2 AND kind = $3 AND language = $4
ORDER BY version DESC LIMIT 1

-- name: newest_texts
-- The newest version of every text, by subject, kind and language.
SELECT DISTINCT ON (subject, kind, language) * FROM texts
WHERE organization_id = $1 AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR kind = $3)
ORDER BY subject, kind, language, version DESC

-- name: text_versions
-- Every version of every text, the newest of each first.
SELECT * FROM texts
WHERE organization_id = $1 AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR kind = $3)
ORDER BY subject, kind, language, version DESC

-- name: acknowledged
-- The newest version of each text that a person has acknowledged, by language.
SELECT kind, language, max(version)::integer AS version FROM acknowledgements
WHERE organization_id = $1 AND person_id = $2 AND answer AND conversation_id IS NULL GROUP BY kind, language

-- name: webhooks
-- Webhooks after an id, in order of their making; those of bots only where one is asked for.
SELECT * FROM webhooks WHERE organization_id = $1 AND id > $2 AND CASE WHEN $3::text IS NULL THEN bot_id IS NULL
    ELSE id = $3 END ORDER BY id LIMIT $4

-- name: create_webhook
-- A new webhook.
INSERT INTO webhooks (organization_id, id, bot_id, url, secret, sealed, kinds, disabled, created_at)
VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8)

-- name: rotate_webhook
-- Another secret, and until when the former one is valid beside it.
UPDATE webhooks SET secret = '', sealed = $3, former_sealed = $4, former_until = $5 WHERE organization_id = $1 AND id = $2

-- name: disable_webhook
-- It gets no letters any more, for this reason.
UPDATE webhooks SET disabled = true, disabled_for = $3 WHERE organization_id = $1 AND id = $2

-- name: administrators
-- Everybody who administers the house and is in service, with the language they read.
SELECT email, language FROM users WHERE organization_id = $1 AND NOT disabled AND 'administrator' = ANY (roles)
ORDER BY id

-- name: change_webhook
-- A webhook as it is from now on.
UPDATE webhooks SET url = $3, kinds = $4, disabled = $5, disabled_for = CASE WHEN $5 THEN disabled_for END,
    failing_since = CASE WHEN $5 OR url = $3 AND NOT disabled THEN failing_since END
WHERE organization_id = $1 AND id = $2

-- name: remove_webhook
-- A webhook is no more; its letters go with it.
DELETE FROM webhooks WHERE organization_id = $1 AND id = $2

-- name: involved
-- Ongoing conversations in which anybody takes part beside the owner.
SELECT DISTINCT conversation_id FROM involved WHERE organization_id = $1

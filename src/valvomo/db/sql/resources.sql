-- name: skills
-- Skills after an id, in order of their making, with the number of agents who have them.
SELECT s.*, (SELECT count(*) FROM agent_skills a WHERE a.organization_id = s.organization_id AND a.skill_id = s.id)
    AS agents
FROM skills s WHERE s.organization_id = $1 AND s.id > $2 AND ($3::text IS NULL OR s.id = $3) ORDER BY s.id LIMIT $4

-- name: create_skill
-- A new skill.
INSERT INTO skills (organization_id, id, created_at, name) VALUES ($1, $2, $3, $4)

-- name: change_skill
-- A skill as it is from now on.
UPDATE skills SET name = $3 WHERE organization_id = $1 AND id = $2

-- name: remove_skill
-- A skill that nobody has.
DELETE FROM skills WHERE organization_id = $1 AND id = $2

-- name: skill_asked_for
-- Whether a rule of a workstream asks for the skill.
SELECT EXISTS (SELECT FROM workstreams WHERE organization_id = $1 AND skill_rules
    @> jsonb_build_array(jsonb_build_object('needs', jsonb_build_array(jsonb_build_object('skill_id', $2::text)))))

-- name: hours
-- Opening and working hours after an id, in order of their making.
SELECT * FROM hours WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: create_hours
-- New hours.
INSERT INTO hours (organization_id, id, created_at, name, time_zone, region, weekly, special)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb)

-- name: change_hours
-- Hours as they are from now on.
UPDATE hours SET name = $3, time_zone = $4, region = $5, weekly = $6::jsonb, special = $7::jsonb
WHERE organization_id = $1 AND id = $2

-- name: remove_hours
-- Hours that nothing refers to.
DELETE FROM hours WHERE organization_id = $1 AND id = $2

-- name: regions
-- Regions whose public holidays any organization goes by.
SELECT DISTINCT region FROM hours WHERE region <> ''

-- name: presences
-- Custom presences after an id, in order of their making.
SELECT * FROM presences WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: lock_presence
-- A custom presence that nobody can choose until the transaction ends.
SELECT * FROM presences WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: presence_chosen
-- Whether anybody has chosen the custom presence.
SELECT EXISTS (SELECT FROM agents WHERE organization_id = $1 AND status_id = $2)

-- name: create_presence
-- A new custom presence.
INSERT INTO presences (organization_id, id, created_at, name, names, presence)
VALUES ($1, $2, $3, $4, $5::jsonb, $6)

-- name: change_presence
-- A custom presence as it is from now on.
UPDATE presences SET name = $3, names = $4::jsonb, presence = $5 WHERE organization_id = $1 AND id = $2

-- name: remove_presence
-- A custom presence that nobody has chosen.
DELETE FROM presences WHERE organization_id = $1 AND id = $2

-- name: templates
-- Offer templates after an id, in order of their making.
SELECT * FROM templates WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: create_template
-- A new offer template.
INSERT INTO templates (organization_id, id, created_at, name, seconds, auto_accept, reject_reasons, sound, desktop)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: change_template
-- An offer template as it is from now on.
UPDATE templates SET name = $3, seconds = $4, auto_accept = $5, reject_reasons = $6, sound = $7, desktop = $8
WHERE organization_id = $1 AND id = $2

-- name: remove_template
-- An offer template that no workstream uses.
DELETE FROM templates WHERE organization_id = $1 AND id = $2

-- name: quick_replies
-- Quick replies after an id, in order of their making.
SELECT * FROM quick_replies WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: quick_replies_for
-- Quick replies for one queue, those for all included, after an id, in order of their making.
SELECT * FROM quick_replies WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3)
    AND (queue_id IS NULL OR queue_id = $5) ORDER BY id LIMIT $4

-- name: quick_replies_of
-- Quick replies for one queue alone, until the end of the transaction.
SELECT * FROM quick_replies WHERE organization_id = $1 AND queue_id = $2 ORDER BY id FOR UPDATE

-- name: create_quick_reply
-- A new quick reply.
INSERT INTO quick_replies (organization_id, id, created_at, name, queue_id, texts)
VALUES ($1, $2, $3, $4, $5, $6::jsonb)

-- name: change_quick_reply
-- A quick reply as it is from now on.
UPDATE quick_replies SET name = $3, queue_id = $4, texts = $5::jsonb WHERE organization_id = $1 AND id = $2

-- name: remove_quick_reply
-- A quick reply is no more.
DELETE FROM quick_replies WHERE organization_id = $1 AND id = $2

-- name: dispositions
-- Dispositions after an id, in order of their making.
SELECT * FROM dispositions WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: dispositions_for
-- Dispositions for one queue, those for all included, after an id, in order of their making.
SELECT * FROM dispositions WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3)
    AND (queue_id IS NULL OR queue_id = $5) ORDER BY id LIMIT $4

-- name: dispositions_of
-- Dispositions for one queue alone, until the end of the transaction.
SELECT * FROM dispositions WHERE organization_id = $1 AND queue_id = $2 ORDER BY id FOR UPDATE

-- name: create_disposition
-- A new disposition.
INSERT INTO dispositions (organization_id, id, created_at, name, queue_id, names)
VALUES ($1, $2, $3, $4, $5, $6::jsonb)

-- name: change_disposition
-- A disposition as it is from now on.
UPDATE dispositions SET name = $3, queue_id = $4, names = $5::jsonb WHERE organization_id = $1 AND id = $2

-- name: remove_disposition
-- A disposition is no more; what conversations came to is kept with them.
DELETE FROM dispositions WHERE organization_id = $1 AND id = $2

-- name: codes
-- All dispositions with the queues that they are for.
SELECT name, queue_id FROM dispositions WHERE organization_id = $1

-- name: alert_rules
-- Alert rules after an id, in order of their making.
SELECT * FROM alert_rules WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) ORDER BY id LIMIT $4

-- name: create_alert_rule
-- A new alert rule.
INSERT INTO alert_rules (organization_id, id, created_at, name, conditions, queues, quiet_hours_id, cool_down, assign_to,
    sound, emails, webhook, enabled)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: change_alert_rule
-- An alert rule as it is from now on.
UPDATE alert_rules SET name = $3, conditions = $4::jsonb, queues = $5, quiet_hours_id = $6, cool_down = $7, assign_to = $8,
    sound = $9, emails = $10, webhook = $11, enabled = $12
WHERE organization_id = $1 AND id = $2

-- name: remove_alert_rule
-- An alert rule that looks no more; what it raised stays.
DELETE FROM alert_rules WHERE organization_id = $1 AND id = $2

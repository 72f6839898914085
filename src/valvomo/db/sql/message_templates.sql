-- name: forget
-- The templates of an account, before those are kept that the provider has now.
DELETE FROM message_templates WHERE organization_id = $1 AND account_id = $2

-- name: keep
-- Templates as the provider has them.
INSERT INTO message_templates (organization_id, account_id, name, language, body)
SELECT $1, $2, t.name, t.language, t.body FROM unnest($3::text[], $4::text[], $5::jsonb[]) AS t (name, language, body)
ON CONFLICT ON CONSTRAINT message_templates_pkey DO NOTHING

-- name: all
-- The templates of an account, by name.
SELECT body FROM message_templates WHERE organization_id = $1 AND account_id = $2 ORDER BY name, language

-- name: one
-- A template of an account in a language.
SELECT body FROM message_templates WHERE organization_id = $1 AND account_id = $2 AND name = $3 AND language = $4

-- name: send_as
-- The dispatch goes out as a template.
UPDATE dispatches SET filled = $3 WHERE organization_id = $1 AND message_id = $2

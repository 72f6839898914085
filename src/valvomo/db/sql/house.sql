-- name: organization
-- One organization.
SELECT * FROM organizations WHERE id = $1

-- name: organization_by_name
-- The organization with this name.
SELECT * FROM organizations WHERE lower(name) = lower($1)

-- name: organizations
-- All organizations.
SELECT * FROM organizations ORDER BY id

-- name: create_organization
-- A new organization.
INSERT INTO organizations (id, name, languages, time_zone, supervision, created_at) VALUES ($1, $2, $3, $4, $5::jsonb, $6)

-- name: lock_organization
-- One organization, locked: its settings change one at a time.
SELECT * FROM organizations WHERE id = $1 FOR NO KEY UPDATE

-- name: share_organization
-- One organization, whose settings cannot change until the transaction ends.
SELECT * FROM organizations WHERE id = $1 FOR SHARE

-- name: set_supervision
-- The supervision settings.
UPDATE organizations SET supervision = $2::jsonb WHERE id = $1

-- name: set_attention
-- What the house says about attention.
UPDATE organizations SET attention = $2::jsonb WHERE id = $1

-- name: workstream
-- One workstream, with the template of its offers.
SELECT w.*, t.seconds AS template_seconds, t.auto_accept AS template_auto_accept, t.reject_reasons, t.sound, t.desktop
FROM workstreams w LEFT JOIN templates t ON t.organization_id = w.organization_id AND t.id = w.template_id
WHERE w.organization_id = $1 AND w.id = $2

-- name: announced
-- Which lines customers of a workstream are told over a channel.
SELECT announced FROM workstreams WHERE organization_id = $1 AND id = $2

-- name: workstream_by_key
-- The workstream whose public key this is, with the template of its offers.
SELECT w.*, t.seconds AS template_seconds, t.auto_accept AS template_auto_accept, t.reject_reasons, t.sound, t.desktop
FROM workstreams w LEFT JOIN templates t ON t.organization_id = w.organization_id AND t.id = w.template_id
WHERE w.key = $1

-- name: workstream_of_channel
-- The oldest workstream of a kind of channel, with the template of its offers.
SELECT w.*, t.seconds AS template_seconds, t.auto_accept AS template_auto_accept, t.reject_reasons, t.sound, t.desktop
FROM workstreams w LEFT JOIN templates t ON t.organization_id = w.organization_id AND t.id = w.template_id
WHERE w.organization_id = $1 AND w.channel = $2 ORDER BY w.created_at, w.id LIMIT 1

-- name: workstreams
-- All workstreams, with the templates of their offers.
SELECT w.*, t.seconds AS template_seconds, t.auto_accept AS template_auto_accept, t.reject_reasons, t.sound, t.desktop
FROM workstreams w LEFT JOIN templates t ON t.organization_id = w.organization_id AND t.id = w.template_id
WHERE w.organization_id = $1 ORDER BY lower(w.name)

-- name: queue
-- One queue, with its hours and the number of agents who serve in it.
SELECT q.*, (SELECT to_jsonb(h) FROM hours h WHERE h.organization_id = q.organization_id AND h.id = q.hours_id) AS hours,
    (SELECT count(*) FROM queue_members m JOIN users u ON u.organization_id = m.organization_id
    AND u.id = m.user_id AND NOT u.disabled WHERE m.organization_id = q.organization_id AND m.queue_id = q.id)
    AS members
FROM queues q WHERE q.organization_id = $1 AND (q.id = $2 OR lower(q.name) = lower($2))

-- name: queues
-- All queues, with their hours and the number of agents who serve in them.
SELECT q.*, (SELECT to_jsonb(h) FROM hours h WHERE h.organization_id = q.organization_id AND h.id = q.hours_id) AS hours,
    (SELECT count(*) FROM queue_members m JOIN users u ON u.organization_id = m.organization_id
    AND u.id = m.user_id AND NOT u.disabled WHERE m.organization_id = q.organization_id AND m.queue_id = q.id)
    AS members
FROM queues q WHERE q.organization_id = $1 ORDER BY lower(q.name)

-- name: overflow
-- The overflow rules of one queue.
SELECT overflow FROM queues WHERE organization_id = $1 AND id = $2

-- name: last_agent
-- Who served this customer, as whichever of the contacts that are one, last in this workstream.
SELECT coalesce(owner_id, body -> 'served_by' ->> -1) FROM conversations
WHERE organization_id = $1 AND contact_id = ANY ($2::text[]) AND workstream_id = $3 AND state = 'closed'
    AND body -> 'served_by' <> '[]' ORDER BY created_at DESC, id DESC LIMIT 1

-- name: create_contact
-- A new customer.
INSERT INTO contacts (organization_id, id, name, email, phone, created_at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: contact_by_email
-- The customer with this address.
SELECT * FROM contacts WHERE organization_id = $1 AND lower(email) = lower($2) ORDER BY created_at LIMIT 1

-- name: vips
-- Whether each of these contacts is a VIP, or forgotten; that stays so until the end of the transaction.
SELECT vip, forgotten_at FROM contacts WHERE organization_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR SHARE

-- name: lock_contacts
-- The contacts of one customer, locked in one order.
SELECT id FROM contacts WHERE organization_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR NO KEY UPDATE

-- name: mark_vip
-- They are a VIP, or are none any more.
UPDATE contacts SET vip = $3 WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: current_text
-- The newest version of a text, in the language asked for or else in English.
SELECT * FROM texts WHERE organization_id = $1 AND subject = $2 AND kind = $3 AND language IN ($4, 'en')
ORDER BY language = $4 DESC, version DESC LIMIT 1

-- name: add_text
-- The next version of a text.
INSERT INTO texts (organization_id, subject, kind, language, version, text, created_at)
SELECT $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, $6 FROM texts
WHERE organization_id = $1 AND subject = $2 AND kind = $3 AND language = $4
RETURNING version

-- name: add_acknowledgement
-- Who answered what, when, to which version in which language.
INSERT INTO acknowledgements (organization_id, id, person_id, conversation_id, kind, version, language, answer, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: add_customer_token
-- What opens one conversation to its customer.
INSERT INTO customer_tokens (token_hash, organization_id, conversation_id, contact_id, language, created_at, expires_at,
    verified)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: customer_token
-- The conversation that a customer's token opens, and the pages that may show it: those of its workstream.
SELECT t.*, p.name, w.origins FROM customer_tokens t
JOIN contacts p ON p.organization_id = t.organization_id AND p.id = t.contact_id
JOIN conversations c ON c.organization_id = t.organization_id AND c.id = t.conversation_id
JOIN workstreams w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
WHERE t.token_hash = $1

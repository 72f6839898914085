-- name: account
-- The account that signs in with this address, of whatever organization.
SELECT * FROM users WHERE lower(email) = lower($1)

-- name: lock_user
-- One account, locked until the transaction ends.
SELECT * FROM users WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: actor
-- An account with the queues that it serves and supervises.
SELECT u.*,
    ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.organization_id = u.organization_id AND m.user_id = u.id
        ORDER BY m.queue_id) AS queues,
    ARRAY(SELECT s.queue_id FROM queue_supervisors s WHERE s.organization_id = u.organization_id AND s.user_id = u.id
        ORDER BY s.queue_id) AS supervised
FROM users u WHERE u.organization_id = $1 AND u.id = $2

-- name: actor_of_session
-- Whose session this is, with the queues that they serve and supervise.
-- A provider that is believed may have asked for the second factor in our place.
SELECT u.*, t.expires_at, o.second_factor_of && u.roles AND NOT EXISTS (SELECT 1 FROM second_factors f
        WHERE f.organization_id = u.organization_id AND f.user_id = u.id AND f.confirmed_at IS NOT NULL)
    AND NOT (t.vouched AND EXISTS (SELECT 1 FROM sign_in_providers p WHERE p.organization_id = u.organization_id
        AND cardinality(p.factor_values) > 0)) AS lacks_factor,
    ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.organization_id = u.organization_id AND m.user_id = u.id
        ORDER BY m.queue_id) AS queues,
    ARRAY(SELECT s.queue_id FROM queue_supervisors s WHERE s.organization_id = u.organization_id AND s.user_id = u.id
        ORDER BY s.queue_id) AS supervised
FROM sessions t JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
JOIN organizations o ON o.id = u.organization_id
WHERE t.token_hash = $1 AND NOT u.disabled

-- name: actor_of_token
-- Whose API token this is, with the queues that they serve and supervise.
SELECT u.*, t.expires_at,
    ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.organization_id = u.organization_id AND m.user_id = u.id
        ORDER BY m.queue_id) AS queues,
    ARRAY(SELECT s.queue_id FROM queue_supervisors s WHERE s.organization_id = u.organization_id AND s.user_id = u.id
        ORDER BY s.queue_id) AS supervised
FROM api_tokens t JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND NOT u.disabled

-- name: overseers
-- Who sees to it that the house works: administrators and supervisors.
SELECT id FROM users WHERE organization_id = $1 AND NOT disabled AND roles && ARRAY['administrator', 'supervisor']
ORDER BY id

-- name: users
-- Accounts after an id, in order of their making, with queues and, if they can hold conversations, what they can do;
-- those alone whose name or address has these words in it, who have the role, are among the ids, and are disabled or
-- not, if any of these are given.
SELECT u.*, a.capacity, a.limits, a.hours_id,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.organization_id = u.organization_id AND f.user_id = u.id
        AND f.confirmed_at IS NOT NULL) AS second_factor,
    (SELECT jsonb_build_object('issuer', l.issuer, 'linked_at', l.linked_at) FROM sign_in_links l
        WHERE l.organization_id = u.organization_id AND l.user_id = u.id) AS sign_in_link,
    (SELECT jsonb_object_agg(s.skill_id, s.level) FROM agent_skills s WHERE s.organization_id = u.organization_id
        AND s.agent_id = u.id) AS skills,
    ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.organization_id = u.organization_id AND m.user_id = u.id
        ORDER BY m.queue_id) AS queues,
    ARRAY(SELECT s.queue_id FROM queue_supervisors s WHERE s.organization_id = u.organization_id AND s.user_id = u.id
        ORDER BY s.queue_id) AS supervised
FROM users u LEFT JOIN agents a ON a.organization_id = u.organization_id AND a.id = u.id
WHERE u.organization_id = $1 AND u.id > $2 AND ($3::text IS NULL OR u.id = $3)
    AND ($5::text = '' OR strpos(lower(u.name || ' ' || u.email), lower($5)) > 0)
    AND ($6::text IS NULL OR $6 = ANY (u.roles)) AND ($7::text[] IS NULL OR u.id = ANY ($7))
    AND ($8::boolean IS NULL OR u.disabled = $8)
ORDER BY u.id LIMIT $4

-- name: create_user
-- A new account.
INSERT INTO users (organization_id, id, email, name, roles, language, password_hash, supervises_all, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: change_user
-- An account as it is from now on.
UPDATE users SET email = $3, name = $4, roles = $5, language = $6, supervises_all = $7, disabled = $8
WHERE organization_id = $1 AND id = $2

-- name: set_language
-- In which language the account is spoken to.
UPDATE users SET language = $3 WHERE organization_id = $1 AND id = $2

-- name: set_password
-- A new password; it also ends a lock-out.
UPDATE users SET password_hash = $3, failed_sign_ins = 0, locked_until = NULL WHERE organization_id = $1 AND id = $2

-- name: rehash
-- The same password under newer parameters, unless it has been changed meanwhile.
UPDATE users SET password_hash = $4 WHERE organization_id = $1 AND id = $2 AND password_hash = $3

-- name: set_failures
-- How often signing in has failed, and until when it is blocked.
UPDATE users SET failed_sign_ins = $3, locked_until = $4 WHERE organization_id = $1 AND id = $2

-- name: administrators
-- How many accounts can administer.
SELECT count(*) FROM users WHERE organization_id = $1 AND NOT disabled AND 'administrator' = ANY (roles)

-- name: make_agent
-- What an account needs to hold conversations; kept when it was there.
INSERT INTO agents (organization_id, id, chosen_at, capacity, limits, idle_since) VALUES ($1, $2, $3, $4, $5::jsonb, $3)
ON CONFLICT ON CONSTRAINT agents_pkey DO NOTHING

-- name: set_capacity
-- What an agent may carry, and when.
UPDATE agents SET capacity = $3, limits = $4::jsonb, hours_id = $5, version = version + 1
WHERE organization_id = $1 AND id = $2

-- name: drop_skills_of
-- The account has no other skills than these.
DELETE FROM agent_skills WHERE organization_id = $1 AND agent_id = $2 AND NOT skill_id = ANY ($3::text[])

-- name: add_skills_of
-- The account has these skills, each at its level.
INSERT INTO agent_skills (organization_id, agent_id, skill_id, level)
SELECT $1, $2, s.id, s.level FROM unnest($3::text[], $4::integer[]) AS s (id, level)
ON CONFLICT ON CONSTRAINT agent_skills_pkey DO UPDATE SET level = excluded.level

-- name: drop_queues_of
-- The account serves in no other queues than these.
DELETE FROM queue_members WHERE organization_id = $1 AND user_id = $2 AND NOT queue_id = ANY ($3::text[])

-- name: add_queues_of
-- The account serves in these queues.
INSERT INTO queue_members (organization_id, user_id, queue_id) SELECT $1, $2, unnest($3::text[])
ON CONFLICT ON CONSTRAINT queue_members_pkey DO NOTHING

-- name: drop_supervised_by
-- The account supervises no other queues than these.
DELETE FROM queue_supervisors WHERE organization_id = $1 AND user_id = $2 AND NOT queue_id = ANY ($3::text[])

-- name: add_supervised_by
-- The account supervises these queues.
INSERT INTO queue_supervisors (organization_id, user_id, queue_id) SELECT $1, $2, unnest($3::text[])
ON CONFLICT ON CONSTRAINT queue_supervisors_pkey DO NOTHING

-- name: add_session
-- A new session.
INSERT INTO sessions (token_hash, organization_id, user_id, created_at, expires_at, by_provider, vouched)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: drop_session
-- One session of the account ends.
DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2 AND token_hash = $3

-- name: drop_sessions
-- All sessions of the account end, but the one that is kept.
DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2
    AND token_hash IS DISTINCT FROM $3::bytea

-- name: drop_expired_sessions
-- Sessions that ended before a moment are forgotten.
DELETE FROM sessions WHERE expires_at < $1

-- name: add_token
-- A new API token; only its digest is kept.
INSERT INTO api_tokens (organization_id, id, user_id, name, token_hash, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: lock_token
-- One API token, locked until the transaction ends.
SELECT t.*, u.name AS user_name FROM api_tokens t
JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
WHERE t.organization_id = $1 AND t.id = $2 FOR NO KEY UPDATE OF t

-- name: revoke_token
-- The token opens nothing any more.
UPDATE api_tokens SET revoked_at = $3 WHERE organization_id = $1 AND id = $2

-- name: tokens
-- API tokens after an id, in order of their making.
SELECT t.*, u.name AS user_name FROM api_tokens t
JOIN users u ON u.organization_id = t.organization_id AND u.id = t.user_id
WHERE t.organization_id = $1 AND t.id > $2 AND ($3::text IS NULL OR t.id = $3) ORDER BY t.id LIMIT $4

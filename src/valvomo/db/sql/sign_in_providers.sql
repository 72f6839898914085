-- name: provider
-- Whom an organization believes when somebody signs in by OpenID Connect.
SELECT * FROM sign_in_providers WHERE organization_id = $1

-- name: lock_provider
-- The same, locked until the transaction ends.
SELECT * FROM sign_in_providers WHERE organization_id = $1 FOR NO KEY UPDATE

-- name: only_organization
-- The organization of a house that has no other one.
SELECT min(id) FROM organizations HAVING count(*) = 1

-- name: set_provider
-- The provider as it is from now on.
INSERT INTO sign_in_providers (organization_id, issuer, client_id, client_secret, label, required, domains, factor_values)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT sign_in_providers_pkey DO UPDATE SET issuer = $2, client_id = $3,
    client_secret = $4, label = $5, required = $6, domains = $7, factor_values = $8

-- name: drop_provider
-- Nobody signs in so any more.
DELETE FROM sign_in_providers WHERE organization_id = $1

-- name: link
-- Who an account is at a provider.
SELECT * FROM sign_in_links WHERE organization_id = $1 AND user_id = $2

-- name: linked
-- Whose account is opened to this subject of this issuer.
SELECT u.id, u.name FROM sign_in_links l JOIN users u ON u.organization_id = l.organization_id AND u.id = l.user_id
WHERE l.organization_id = $1 AND l.issuer = $2 AND l.subject = $3

-- name: addressed
-- Whose account has this address.
SELECT id, name FROM users WHERE organization_id = $1 AND lower(email) = lower($2)

-- name: set_link
-- The account is theirs from now on, in place of whoever it was of another provider.
INSERT INTO sign_in_links (organization_id, user_id, issuer, client_id, subject, linked_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT sign_in_links_pkey DO UPDATE SET issuer = $3, client_id = $4, subject = $5, linked_at = $6

-- name: drop_link
-- The account is nobody's at any provider.
DELETE FROM sign_in_links WHERE organization_id = $1 AND user_id = $2

-- name: claim_return
-- Somebody came back by this state: true for the first one alone.
INSERT INTO sign_in_returns (organization_id, state, expires_at) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT sign_in_returns_pkey DO NOTHING RETURNING true

-- name: drop_expired_returns
-- Ways back that are over by time are forgotten.
DELETE FROM sign_in_returns WHERE expires_at < $1

-- name: session
-- A session of the account: since when, and whether a provider opened it.
SELECT created_at, by_provider FROM sessions WHERE organization_id = $1 AND user_id = $2 AND token_hash = $3

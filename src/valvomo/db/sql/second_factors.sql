-- name: lock
-- An account's second factor, confirmed or not, locked until the transaction ends.
SELECT secret, confirmed_at, step, recovery FROM second_factors WHERE organization_id = $1 AND user_id = $2
FOR NO KEY UPDATE

-- name: begin
-- A secret that is not confirmed yet, in place of one that was not.
INSERT INTO second_factors (organization_id, user_id, secret) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT second_factors_pkey DO UPDATE SET secret = excluded.secret
WHERE second_factors.confirmed_at IS NULL

-- name: confirm
-- From now on a code is asked for.
UPDATE second_factors SET confirmed_at = $3, step = $4, recovery = $5 WHERE organization_id = $1 AND user_id = $2

-- name: used
-- What is left after a code was taken.
UPDATE second_factors SET step = $3, recovery = $4 WHERE organization_id = $1 AND user_id = $2

-- name: drop
-- No code is asked for any more.
DELETE FROM second_factors WHERE organization_id = $1 AND user_id = $2

-- name: has
-- Whether this account is asked for a code when it signs in.
SELECT EXISTS (SELECT 1 FROM second_factors WHERE organization_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL)

-- name: needed_by
-- The roles whose accounts have to have one.
SELECT second_factor_of FROM organizations WHERE id = $1

-- name: lock_needed_by
-- The same, locked until the transaction ends.
SELECT second_factor_of FROM organizations WHERE id = $1 FOR NO KEY UPDATE

-- name: set_needed_by
-- Who has to have one from now on.
UPDATE organizations SET second_factor_of = $2 WHERE id = $1

-- name: write
-- Of each letter one for every webhook that wants its kind, in this order.
INSERT INTO outbox (organization_id, id, webhook_id, kind, body, due, created_at, trace)
SELECT w.organization_id, gen_random_uuid()::text, w.id, l.kind, l.body, $4, $4, $5
FROM unnest($1::text[], $2::text[], $3::jsonb[]) WITH ORDINALITY AS l (organization_id, kind, body, place)
JOIN webhooks w ON w.organization_id = l.organization_id AND NOT w.disabled
    AND (w.kinds = '{}' OR l.kind = ANY (w.kinds))
ORDER BY l.place

-- name: lease
-- The next letters that are due are this process's to send; if it dies, they are due again when the lease ends.
UPDATE outbox o SET due = $1::timestamptz + make_interval(secs => $2), attempts = o.attempts + 1
FROM webhooks w
WHERE w.organization_id = o.organization_id AND w.id = o.webhook_id AND (o.organization_id, o.id) IN (
    SELECT d.organization_id, d.id FROM outbox d
    JOIN webhooks e ON e.organization_id = d.organization_id AND e.id = d.webhook_id AND NOT e.disabled
    WHERE d.due <= $1 AND d.delivered_at IS NULL AND d.given_up_at IS NULL
    ORDER BY d.due LIMIT $3 FOR UPDATE OF d SKIP LOCKED)
RETURNING o.organization_id, o.id, o.kind, o.body, o.attempts, o.created_at, o.trace, w.url, w.secret

-- name: delivered
-- The letter has arrived.
UPDATE outbox SET delivered_at = $3, problem = NULL WHERE organization_id = $1 AND id = $2

-- name: failed
-- The letter did not arrive: when to try again, or that we gave up.
UPDATE outbox SET due = $3, given_up_at = $4, problem = $5 WHERE organization_id = $1 AND id = $2

-- name: drop_old
-- Letters that were delivered or given up are kept for a while, for the log; so many at a time.
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM outbox WHERE delivered_at < $1 OR given_up_at < $1 LIMIT $2
))

-- name: log
-- What was sent to a webhook, newest first.
SELECT * FROM outbox WHERE organization_id = $1 AND webhook_id = $2 ORDER BY created_at DESC LIMIT $3

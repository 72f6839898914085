-- name: write
-- Of each letter one for every webhook that wants its kind, in this order.
INSERT INTO outbox (organization_id, id, webhook_id, kind, body, due, created_at, trace)
SELECT w.organization_id, gen_random_uuid()::text, w.id, l.kind, l.body, $4, $4, $5
FROM unnest($1::text[], $2::text[], $3::jsonb[]) WITH ORDINALITY AS l (organization_id, kind, body, place)
JOIN webhooks w ON w.organization_id = l.organization_id AND NOT w.disabled AND w.bot_id IS NULL
    AND (w.kinds = '{}' OR l.kind = ANY (w.kinds))
ORDER BY l.place

-- name: write_one
-- A letter to one webhook, whatever kinds it wants.
INSERT INTO outbox (organization_id, id, webhook_id, kind, body, due, created_at, trace)
SELECT w.organization_id, $3, w.id, $4, $5::jsonb, $6, $6, $7 FROM webhooks w
WHERE w.organization_id = $1 AND w.id = $2

-- name: lease
-- The next letters that are due, to bots ($10) or to others, are this process's to send; if it dies, they are due again
-- when the lease ends. What belongs to a conversation waits for what was written of it before. $4 to $6: what is under
-- way. Of each receiver ($7; $8 where nothing arrives) and of each organization ($9) only what its share has room for.
WITH under_way AS (
    SELECT * FROM unnest($4::text[], $5::text[], $6::int[]) AS u (organization_id, webhook_id, letters)
), due AS (
    SELECT d.* FROM webhooks e
    LEFT JOIN under_way u ON u.organization_id = e.organization_id AND u.webhook_id = e.id
    CROSS JOIN LATERAL (
        SELECT l.organization_id, l.id, l.due, l.place FROM outbox l
        WHERE l.organization_id = e.organization_id AND l.webhook_id = e.id
            AND l.due <= $1 AND l.delivered_at IS NULL AND l.given_up_at IS NULL
            AND (NOT e.disabled OR l.kind IN ('webhook.test', 'bot.conversation_left'))
            AND (l.conversation_id IS NULL OR NOT EXISTS (
                SELECT FROM outbox f WHERE f.organization_id = l.organization_id AND f.webhook_id = l.webhook_id
                    AND f.conversation_id = l.conversation_id AND f.place < l.place
                    AND f.delivered_at IS NULL AND f.given_up_at IS NULL))
        ORDER BY l.due, l.place
        LIMIT greatest(0, CASE WHEN e.failing_since IS NULL THEN $7::int ELSE $8::int END - coalesce(u.letters, 0))
        FOR UPDATE SKIP LOCKED
    ) d
    WHERE (e.bot_id IS NOT NULL) = $10::boolean
        AND EXISTS (SELECT FROM outbox WHERE due <= $1 AND delivered_at IS NULL AND given_up_at IS NULL)
), fair AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.organization_id ORDER BY d.due, d.place)
        + coalesce((SELECT sum(u.letters) FROM under_way u WHERE u.organization_id = d.organization_id), 0) AS nth
    FROM due d
)
UPDATE outbox o SET due = $1::timestamptz + make_interval(secs => $2), attempts = o.attempts + 1
FROM webhooks w
WHERE w.organization_id = o.organization_id AND w.id = o.webhook_id AND (o.organization_id, o.id) IN (
    SELECT f.organization_id, f.id FROM fair f WHERE f.nth <= $9::int ORDER BY f.due, f.place LIMIT $3)
RETURNING o.organization_id, o.id, o.webhook_id, o.kind, o.body, o.attempts, o.replayed_after, o.created_at, o.trace, w.url, w.secret,
    w.sealed, w.former_sealed, w.former_until, w.bot_id

-- name: next_due
-- When the next letter is due that is not due yet.
SELECT min(due) FROM outbox WHERE due > $1 AND delivered_at IS NULL AND given_up_at IS NULL

-- name: delivered
-- The letter has arrived.
UPDATE outbox SET delivered_at = $3, given_up_at = NULL, problem = NULL, status = $4, ms = $5
WHERE organization_id = $1 AND id = $2

-- name: failed
-- The letter did not arrive: when to try again, or that we gave up.
UPDATE outbox SET due = $3, given_up_at = $4, problem = $5, status = $6, ms = $7
WHERE organization_id = $1 AND id = $2 AND given_up_at IS NULL

-- name: attempted
-- What came of one attempt.
INSERT INTO outbox_attempts (organization_id, letter_id, number, at, status, ms, answer, problem)
SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE EXISTS (SELECT FROM outbox WHERE organization_id = $1 AND id = $2)
ON CONFLICT ON CONSTRAINT outbox_attempts_pkey DO UPDATE
SET at = excluded.at, status = excluded.status, ms = excluded.ms, answer = excluded.answer, problem = excluded.problem

-- name: arriving
-- Something has arrived there.
UPDATE webhooks SET failing_since = NULL WHERE organization_id = $1 AND id = $2 AND failing_since IS NOT NULL

-- name: failing
-- Something has not arrived there; since when nothing has.
UPDATE webhooks SET failing_since = coalesce(failing_since, $3) WHERE organization_id = $1 AND id = $2
RETURNING failing_since

-- name: drop_old
-- Letters that were delivered or given up are kept for a while, for the log; so many at a time.
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM outbox WHERE delivered_at < $1 OR given_up_at < $1 LIMIT $2
))

-- name: log
-- What was sent to a webhook, newest first, before a place; by what came of it, where that is asked.
SELECT o.*, (SELECT a.answer FROM outbox_attempts a WHERE a.organization_id = o.organization_id
    AND a.letter_id = o.id ORDER BY a.number DESC LIMIT 1) AS answer
FROM outbox o
WHERE organization_id = $1 AND webhook_id = $2 AND ($4::bigint IS NULL OR place < $4)
    AND ($5::text IS NULL OR $5 = CASE WHEN given_up_at IS NOT NULL THEN 'given_up'
        WHEN delivered_at IS NOT NULL THEN 'delivered' ELSE 'waiting' END)
ORDER BY place DESC LIMIT $3

-- name: marks
-- Of each webhook and bot something that is other once the letters that its log begins with are, or those due first,
-- so that an older one is noticed when it is tried again.
SELECT w.id, md5(concat(newest.mark, '/', first.mark)) AS mark FROM webhooks w
CROSS JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', n.id, n.attempts, n.replays, n.due, n.status, n.delivered_at, n.given_up_at), ',' ORDER BY n.place) AS mark
    FROM (SELECT * FROM outbox WHERE organization_id = w.organization_id AND webhook_id = w.id
        ORDER BY place DESC LIMIT $2) n
) newest
CROSS JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', d.id, d.attempts, d.due), ',' ORDER BY d.due, d.place) AS mark
    FROM (SELECT * FROM outbox WHERE organization_id = w.organization_id AND webhook_id = w.id
        AND delivered_at IS NULL AND given_up_at IS NULL ORDER BY due, place LIMIT $2) d
) first
WHERE w.organization_id = $1

-- name: letter
-- One letter to a webhook.
SELECT o.*, NULL::bytea AS answer FROM outbox o WHERE organization_id = $1 AND webhook_id = $2 AND id = $3

-- name: attempts
-- Every attempt to send a letter.
SELECT * FROM outbox_attempts WHERE organization_id = $1 AND letter_id = $2 ORDER BY number

-- name: replay
-- A letter again, as the same letter.
UPDATE outbox SET due = $4, given_up_at = NULL, delivered_at = NULL, problem = NULL, replays = replays + 1,
    replayed_after = attempts
WHERE organization_id = $1 AND webhook_id = $2 AND id = $3

-- name: replay_span
-- Letters of a span of time again, each as the same letter: all of them, or those that were given up.
UPDATE outbox SET due = $6, given_up_at = NULL, delivered_at = NULL, problem = NULL, replays = replays + 1,
    replayed_after = attempts
WHERE organization_id = $1 AND webhook_id = $2 AND created_at >= $3 AND created_at < $4
    AND (given_up_at IS NOT NULL OR (delivered_at IS NOT NULL AND NOT $5))

-- name: unsealed
-- Webhooks whose secret is kept in the clear.
SELECT organization_id, id, secret FROM webhooks WHERE sealed IS NULL AND secret <> '' FOR UPDATE SKIP LOCKED

-- name: seal
-- Its secret is sealed from now on.
UPDATE webhooks SET sealed = $3, secret = '' WHERE organization_id = $1 AND id = $2

-- name: written_lately
-- How many messages came from a customer since then, in all threads of theirs.
SELECT count(*) FROM arrivals WHERE organization_id = $1 AND account_id = $2 AND kind = 'message'
    AND received_at > $4 AND (address = $3 OR starts_with(address, $3 || ' '))

-- name: keep
-- What providers told us, in order of their keys; what they have told before adds nothing, and only what is new is
-- answered. With a problem it waits for a person.
INSERT INTO arrivals (organization_id, account_id, key, kind, address, body, sent_at, problem, received_at, due,
    given_up_at, trace)
SELECT i.organization_id, i.account_id, i.key, i.kind, i.address, i.body, i.sent_at, i.problem, i.at, i.due,
    CASE WHEN i.problem IS NOT NULL THEN i.at END, i.trace
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[], $8::text[],
    $9::timestamptz[], $10::timestamptz[], $11::text[])
    AS i (organization_id, account_id, key, kind, address, body, sent_at, problem, at, due, trace)
ON CONFLICT ON CONSTRAINT arrivals_pkey DO NOTHING RETURNING organization_id

-- name: due
-- Threads with a message that is due, and accounts with statuses that are, the most overdue first; but threads whose
-- first message waits to be tried again, for else many of those would keep all others from their turn.
SELECT organization_id, account_id, kind, CASE kind WHEN 'message' THEN address ELSE '' END AS address
FROM arrivals a WHERE due <= $1 AND done_at IS NULL AND given_up_at IS NULL
    AND NOT (kind = 'message' AND EXISTS (SELECT FROM arrivals f WHERE f.organization_id = a.organization_id
        AND f.account_id = a.account_id AND f.kind = 'message' AND f.address = a.address AND f.attempts > 0 AND f.due > $1
        AND f.done_at IS NULL AND f.given_up_at IS NULL AND (f.sent_at, f.key) < (a.sent_at, a.key)))
GROUP BY 1, 2, 3, 4 ORDER BY min(due) LIMIT $2

-- name: next_due
-- When the next one is due that is not yet.
SELECT min(due) FROM arrivals WHERE due > $1 AND done_at IS NULL AND given_up_at IS NULL

-- name: first_messages
-- The first messages of each of these threads that are not done, so many at most, as far as one that does not come before
-- them is due; and whether they bring files. What waits is looked through once: there may be no statistics of it. Whether
-- one is done (`open`) is seen once it is locked.
WITH waiting AS MATERIALIZED (
    SELECT w.account_id, w.address, w.key, row_number() OVER (PARTITION BY w.account_id, w.address ORDER BY w.sent_at, w.key)
        AS place, bool_or(w.due <= $4) OVER (PARTITION BY w.account_id, w.address ORDER BY w.sent_at DESC, w.key DESC) AS ripe
    FROM arrivals w WHERE w.organization_id = $1 AND w.kind = 'message' AND w.account_id = ANY ($2::text[])
        AND w.address = ANY ($3::text[]) AND w.done_at IS NULL AND w.given_up_at IS NULL
)
SELECT a.account_id, a.address, a.key, a.body, a.sent_at, a.attempts, a.done_at IS NULL AND a.given_up_at IS NULL AS open,
    EXISTS (SELECT FROM channel_media m WHERE m.organization_id = $1 AND m.account_id = a.account_id AND m.key = a.key)
    AS media
FROM unnest($2::text[], $3::text[]) AS k (account_id, address)
JOIN waiting w ON w.account_id = k.account_id AND w.address = k.address AND w.ripe AND w.place <= $5
JOIN arrivals a ON a.organization_id = $1 AND a.account_id = w.account_id AND a.key = w.key
ORDER BY a.account_id, a.address, a.sent_at, a.key FOR UPDATE OF a

-- name: first_message
-- The first message of a thread that is not done; `ripe` once one that does not come before it is due.
SELECT a.*, EXISTS (SELECT FROM arrivals b WHERE b.organization_id = $1 AND b.account_id = $2 AND b.kind = 'message'
    AND b.address = $3 AND b.due <= $4 AND b.done_at IS NULL AND b.given_up_at IS NULL
    AND (b.sent_at, b.key) >= (a.sent_at, a.key)) AS ripe
FROM arrivals a WHERE a.organization_id = $1 AND a.account_id = $2 AND a.kind = 'message' AND a.address = $3
    AND a.done_at IS NULL AND a.given_up_at IS NULL
ORDER BY a.sent_at, a.key LIMIT 1 FOR UPDATE OF a

-- name: done
-- It has become part of a conversation, or of nothing with a reason; its words stand in the conversation now.
UPDATE arrivals SET done_at = $4, problem = $5, body = '{}' WHERE organization_id = $1 AND account_id = $2 AND key = $3

-- name: all_done
-- These have become part of conversations.
UPDATE arrivals a SET done_at = $4, problem = NULL, body = '{}'
FROM unnest($2::text[], $3::text[]) AS n (account_id, key)
WHERE a.organization_id = $1 AND a.account_id = n.account_id AND a.key = n.key

-- name: failed
-- The first message of a thread could not be taken in: when to try again, or that we gave up.
UPDATE arrivals SET attempts = attempts + 1, problem = $4,
    due = $5::timestamptz + make_interval(secs => least(300, power(4, attempts)::integer)),
    given_up_at = CASE WHEN attempts + 1 >= $6 THEN $5::timestamptz END
WHERE organization_id = $1 AND account_id = $2 AND key = (
    SELECT a.key FROM arrivals a WHERE a.organization_id = $1 AND a.account_id = $2 AND a.kind = 'message'
        AND a.address = $3 AND a.done_at IS NULL AND a.given_up_at IS NULL ORDER BY a.sent_at, a.key LIMIT 1)
RETURNING key, attempts, given_up_at

-- name: due_statuses
-- Reports of an account that are due, each with the dispatch or the part of one that it is about, if that is known yet.
SELECT a.key, a.body, a.received_at, coalesce(p.message_id, d.message_id) AS message_id, p.place AS part
FROM arrivals a
LEFT JOIN dispatches d ON d.organization_id = a.organization_id AND d.account_id = a.account_id
    AND d.provider_id = a.address
LEFT JOIN dispatch_parts p ON p.organization_id = a.organization_id AND p.account_id = a.account_id
    AND p.provider_id = a.address
WHERE a.organization_id = $1 AND a.account_id = $2 AND a.kind = 'status' AND a.due <= $3
    AND a.done_at IS NULL AND a.given_up_at IS NULL
ORDER BY a.sent_at, a.key LIMIT $4 FOR UPDATE OF a SKIP LOCKED

-- name: statuses_done
-- These reports have been taken in.
UPDATE arrivals SET done_at = $4, body = '{}' WHERE organization_id = $1 AND account_id = $2 AND key = ANY ($3::text[])

-- name: statuses_wait
-- What these reports are about is not known yet: they wait, and are dropped in the end.
UPDATE arrivals SET attempts = attempts + 1, problem = $5,
    due = $4::timestamptz + make_interval(secs => least(300, power(2, attempts)::integer)),
    done_at = CASE WHEN received_at < $6 THEN $4::timestamptz END
WHERE organization_id = $1 AND account_id = $2 AND key = ANY ($3::text[])

-- name: status_failed
-- The first of these that are due could not be taken in: when to try again, or that we gave up.
UPDATE arrivals SET attempts = attempts + 1, problem = $4,
    due = $3::timestamptz + make_interval(secs => least(300, power(4, attempts)::integer)),
    given_up_at = CASE WHEN attempts + 1 >= $5 THEN $3::timestamptz END
WHERE organization_id = $1 AND account_id = $2 AND key = (
    SELECT a.key FROM arrivals a WHERE a.organization_id = $1 AND a.account_id = $2 AND a.kind = 'status'
        AND a.due <= $3 AND a.done_at IS NULL AND a.given_up_at IS NULL ORDER BY a.sent_at, a.key LIMIT 1)

-- name: drop_old
-- What came in and became part of a conversation, or of nothing, a while ago; so many at a time.
DELETE FROM arrivals WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM arrivals WHERE received_at < $1 AND done_at IS NOT NULL LIMIT $2
))

-- name: add
-- Samples of ways into one call, to what is known of their minutes already; a minute that is rated takes no more.
INSERT INTO call_minutes (organization_id, conversation_id, call_id, person_id, part, agent_id, queue_id, at, samples,
    score, loss, jitter, round_trip)
SELECT $1, $2, $3, m.* FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::integer[],
    $10::double precision[], $11::real[], $12::real[], $13::real[]) AS m
WHERE EXISTS (SELECT FROM conversations c WHERE c.organization_id = $1 AND c.id = $2)
ON CONFLICT ON CONSTRAINT call_minutes_pkey DO UPDATE SET
    samples = call_minutes.samples + excluded.samples, score = call_minutes.score + excluded.score,
    loss = greatest(call_minutes.loss, excluded.loss), jitter = greatest(call_minutes.jitter, excluded.jitter),
    round_trip = greatest(call_minutes.round_trip, excluded.round_trip)
    WHERE NOT call_minutes.rated

-- name: unrated
-- Calls that have not been rated and of which nothing has been heard for so many seconds.
SELECT organization_id, conversation_id, call_id FROM call_minutes
WHERE NOT rated GROUP BY 1, 2, 3 HAVING max(at) < $1::timestamptz - make_interval(secs => $2) ORDER BY 1, 2, 3 LIMIT $3

-- name: rate
-- The minutes of a call that have not been rated: they have now.
UPDATE call_minutes SET rated = true
WHERE organization_id = $1 AND conversation_id = $2 AND call_id = $3 AND NOT rated RETURNING *

-- name: drop
-- What is older than a moment, some at a time.
DELETE FROM call_minutes WHERE ctid = ANY (ARRAY(SELECT ctid FROM call_minutes WHERE at < $1 LIMIT $2))

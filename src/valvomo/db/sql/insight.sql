-- name: settings
-- What an organization wants of insight, and the languages that it speaks.
SELECT insight, languages FROM organizations WHERE id = $1

-- name: change
-- What it wants from now on.
UPDATE organizations SET insight = $2::jsonb WHERE id = $1

-- name: said
-- What customers have written, or said in calls, in facts after a position.
SELECT position, conversation_id, at, (body ->> 'seq')::bigint AS seq FROM facts
WHERE organization_id = $1 AND position > $2 AND position <= $3 AND kind = 'message_posted'
    AND body ->> 'author_role' = 'customer'
    AND (body ->> 'public_seq' IS NOT NULL OR body ->> 'visibility' = 'spoken')
ORDER BY position LIMIT $4

-- name: unmeasured
-- The newest message of the customer in each ongoing conversation where it has not been measured, the newest first.
SELECT m.conversation_id, m.seq, m.at
FROM conversations c JOIN LATERAL (
    (SELECT p.conversation_id, p.seq, p.at FROM public_messages p
    WHERE p.organization_id = c.organization_id AND p.conversation_id = c.id AND p.author_role = 'customer'
    ORDER BY p.public_seq DESC LIMIT 1)
    UNION ALL
    (SELECT i.conversation_id, i.seq, i.at FROM internal_messages i
    WHERE i.organization_id = c.organization_id AND i.conversation_id = c.id AND i.visibility = 'spoken'
        AND i.author_role = 'customer' AND i.text <> ''
    ORDER BY i.seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1
) m ON true
WHERE c.organization_id = $1 AND c.state <> 'closed' AND c.last_message_at >= $2
    AND m.seq > coalesce((c.body -> 'readings' -> -1 ->> 'seq')::bigint, 0)
ORDER BY m.at DESC LIMIT $3

-- name: words
-- The customer's last words in these conversations, written or said, up to a number in each, and what was measured last
-- there.
SELECT c.id AS conversation_id, m.seq, m.at, m.text, m.spoken,
    coalesce((c.body -> 'readings' -> -1 ->> 'seq')::bigint, 0) AS measured,
    c.body ->> 'language_source' AS language_source, coalesce(c.body ->> 'language', '') AS language
FROM unnest($2::text[], $3::bigint[]) AS k (id, seq)
JOIN conversations c ON c.organization_id = $1 AND c.id = k.id AND c.state <> 'closed'
JOIN LATERAL (
    (SELECT p.seq, p.at, p.text, false AS spoken FROM public_messages p
    WHERE p.organization_id = $1 AND p.conversation_id = c.id AND p.seq <= k.seq AND p.author_role = 'customer'
    ORDER BY p.seq DESC LIMIT $4)
    UNION ALL
    (SELECT i.seq, i.at, i.text, true FROM internal_messages i
    WHERE i.organization_id = $1 AND i.conversation_id = c.id AND i.seq <= k.seq AND i.visibility = 'spoken'
        AND i.author_role = 'customer' AND i.text <> ''
    ORDER BY i.seq DESC LIMIT $4)
    ORDER BY seq DESC LIMIT $4
) m ON true
ORDER BY c.id, m.seq

-- name: readings
-- What was measured of one conversation's messages, in order, the newest of them.
SELECT * FROM (
    SELECT position, at, body FROM facts
    WHERE organization_id = $1 AND conversation_id = $2 AND kind = 'sentiment_measured'
    ORDER BY version DESC LIMIT $3
) newest ORDER BY position

-- name: report
-- How measuring, or writing down, goes in a process.
INSERT INTO measuring (organization_id, process_id, at, backend, waiting, lag_ms, measured, skipped, what)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT measuring_pkey DO UPDATE SET at = excluded.at, backend = excluded.backend,
    waiting = excluded.waiting, lag_ms = excluded.lag_ms, measured = excluded.measured, skipped = excluded.skipped

-- name: reports
-- How measuring, or writing down, went in processes that have said so lately.
SELECT process_id, at, backend, waiting, lag_ms, measured, skipped FROM measuring
WHERE organization_id = $1 AND at >= $2 AND what = $3 ORDER BY at DESC

-- name: drop_reports
-- Of processes that are gone.
DELETE FROM measuring WHERE at < $1

-- name: time
-- What time it is for everybody.
SELECT clock_timestamp()

-- name: contact
-- A customer, as far as rules ask for them.
SELECT email, phone, created_at FROM contacts WHERE organization_id = $1 AND id = $2

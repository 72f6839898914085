-- name: backlog
-- What waits to be done by jobs, over all organizations: timers that are due, letters that are not delivered.
SELECT t.due AS timers, t.oldest AS timer, o.letters, o.oldest AS letter
FROM (SELECT count(*) AS due, min(due) AS oldest FROM timers WHERE due <= $1) t,
    (SELECT count(*) AS letters, min(b.created_at) AS oldest FROM outbox b
     JOIN webhooks w ON w.organization_id = b.organization_id AND w.id = b.webhook_id AND NOT w.disabled
     WHERE b.delivered_at IS NULL AND b.given_up_at IS NULL) o

-- name: ongoing
-- How many conversations are in which state, over all organizations, and how many of those nobody will take.
SELECT state, count(*) AS conversations,
    count(*) FILTER (WHERE state = 'open' AND (body ->> 'orphaned')::boolean) AS orphans
FROM conversations WHERE state <> 'closed' GROUP BY state

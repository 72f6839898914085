-- name: outcomes
-- The moments of conversations that were queued, accepted or closed within a period.
SELECT queue_id, queued_at, (body ->> 'first_accepted_at')::timestamptz AS accepted_at, first_response_at, closed_at,
    body ->> 'closed_as' AS closed_as
FROM conversations
WHERE organization_id = $1 AND queued_at < $3 AND (closed_at IS NULL OR closed_at >= $2)

-- name: at_position
-- When the fact at a position happened.
SELECT at FROM facts WHERE organization_id = $1 AND position = $2

-- name: offers
-- What became of offers between two positions: kind of the fact, when, in which queue the conversation is.
SELECT f.kind, f.at, c.queue_id FROM facts f
JOIN conversations c ON c.organization_id = f.organization_id AND c.id = f.conversation_id
WHERE f.organization_id = $1 AND f.position > $2 AND f.position <= $3
    AND f.kind IN ('offer_made', 'offer_accepted', 'offer_rejected', 'offer_expired') AND f.at >= $4 AND f.at < $5

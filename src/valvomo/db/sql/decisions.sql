-- name: write
-- Decisions of one moment.
INSERT INTO decisions (organization_id, id, conversation_id, queue_id, at, outcome, agent_id, cause, rules, algorithm,
    like_id, body)
SELECT $1, one.id, one.conversation_id, one.queue_id, $5, one.outcome, one.agent_id, one.cause, $3, $4, one.like_id,
    one.body
FROM jsonb_to_recordset($2::jsonb) AS one (id text, conversation_id text, queue_id text, outcome text, agent_id text,
    cause text, like_id text, body jsonb)

-- name: of_conversation
-- What was decided for a conversation, the newest first, each with its facts.
SELECT d.organization_id, d.id, d.conversation_id, d.at, d.outcome, d.agent_id, d.cause, d.rules, d.algorithm,
    d.like_id, coalesce(d.body, l.body) AS body
FROM decisions d LEFT JOIN decisions l ON l.organization_id = d.organization_id AND l.id = d.like_id
WHERE d.organization_id = $1 AND d.conversation_id = $2 AND coalesce(d.body, l.body) IS NOT NULL
ORDER BY d.at DESC, d.id DESC LIMIT $3

-- name: recorded
-- Decisions with facts of their own, in the order of their making.
SELECT * FROM decisions WHERE organization_id = $1 AND id > $2 AND body IS NOT NULL ORDER BY id LIMIT $3

-- name: drop
-- Decisions are kept for three months; those that share facts are of one moment and go together.
DELETE FROM decisions WHERE at < $1

-- name: beat
-- This process carries calls, and is alive; whether it can speak to who is on a telephone.
INSERT INTO call_carriers (process_id, seen_at, speaks) VALUES ($1, now(), $2)
ON CONFLICT (process_id) DO UPDATE SET seen_at = excluded.seen_at, speaks = excluded.speaks

-- name: end_carrier
-- It carries none any more.
DELETE FROM call_carriers WHERE process_id = $1

-- name: forget
-- Carriers that have not been seen for so many seconds, and signals that are older than so many.
WITH gone AS (DELETE FROM call_carriers WHERE seen_at < now() - make_interval(secs => $1))
DELETE FROM call_signals WHERE asked_at < now() - make_interval(secs => $2)

-- name: say
-- Say something to the call of a conversation, if anybody carries calls; no row where nobody does.
INSERT INTO call_signals (id, organization_id, conversation_id, person_id, what, offer, asked_at)
SELECT $1, $2, $3, $4, $5, $6, now()
WHERE EXISTS (SELECT FROM conversations c WHERE c.organization_id = $2 AND c.id = $3)
    AND EXISTS (SELECT FROM call_carriers k WHERE k.seen_at > now() - make_interval(secs => $7))
RETURNING id

-- name: take
-- What is said to the calls of this process, or to calls that nobody carries; each is taken once, oldest first. A call
-- with a telephone is carried where its trunk is, or by nobody yet.
UPDATE call_signals s SET process_id = $1
WHERE s.id IN (
    SELECT t.id FROM call_signals t
    LEFT JOIN calls c ON c.organization_id = t.organization_id AND c.conversation_id = t.conversation_id
    LEFT JOIN call_carriers k ON k.process_id = c.process_id
    WHERE t.process_id IS NULL AND t.asked_at > now() - make_interval(secs => $4) AND NOT EXISTS (
        SELECT FROM telephones p WHERE p.organization_id = t.organization_id
            AND p.conversation_id = t.conversation_id AND p.process_id IS DISTINCT FROM $1
    ) AND (
        c.process_id IS NULL OR c.process_id = $1 OR k.seen_at IS NULL
        OR k.seen_at < now() - make_interval(secs => $2)
    )
    ORDER BY t.asked_at, t.id LIMIT $3 FOR UPDATE OF t SKIP LOCKED
)
RETURNING s.*

-- name: claim
-- Carry this call from now on, unless another process that is alive does; whoever carries it.
INSERT INTO calls (organization_id, conversation_id, call_id, process_id, opened_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (organization_id, conversation_id) DO UPDATE SET
    call_id = excluded.call_id, process_id = excluded.process_id, opened_at = excluded.opened_at
WHERE calls.process_id = excluded.process_id OR NOT EXISTS (
    SELECT FROM call_carriers k
    WHERE k.process_id = calls.process_id AND k.seen_at > now() - make_interval(secs => $5)
)
RETURNING process_id

-- name: give_back
-- Another process has this call: it takes what was said to it.
UPDATE call_signals SET process_id = NULL WHERE id = $1

-- name: let_go
-- This process does not carry this call any more.
DELETE FROM calls WHERE organization_id = $1 AND conversation_id = $2 AND call_id = $3 AND process_id = $4

-- name: answer
-- What came of a signal; what it said is not kept.
UPDATE call_signals SET answer = $2, counteroffer = $3, refusal = $4, why = $5, offer = '' WHERE id = $1

-- name: drop
-- Nobody waits for what comes of this.
DELETE FROM call_signals WHERE id = $1

-- name: answers
-- What came of these signals, of those that are answered; an answer is read once.
DELETE FROM call_signals WHERE id = ANY ($1::text[]) AND (answer IS NOT NULL OR refusal IS NOT NULL)
RETURNING id, answer, counteroffer, refusal, why

-- name: versions
-- How far the conversations of these calls are.
SELECT c.organization_id, c.id, c.version FROM conversations c
JOIN unnest($1::text[], $2::text[]) AS k (organization_id, id) USING (organization_id, id)

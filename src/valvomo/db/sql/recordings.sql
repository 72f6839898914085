-- name: wanted
-- What a workstream keeps of its calls, and for how many days.
SELECT calls_kept, calls_days FROM workstreams WHERE organization_id = $1 AND id = $2

-- name: begin
-- A call is being kept, for so many days; of words there are no files to wait for.
INSERT INTO recordings (organization_id, id, conversation_id, began_at, keep_until, kept, state)
VALUES ($1, $2, $3, $4, $4::timestamptz + make_interval(days => $5), $6::text,
    CASE $6::text WHEN 'transcript' THEN 'kept' ELSE 'going' END)

-- name: track
-- What one party has said.
INSERT INTO recording_tracks (organization_id, id, recording_id, person_id, part, began, seconds)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, id) DO NOTHING

-- name: end
-- It is whole, or something of it could not be kept.
UPDATE recordings SET state = $3 WHERE organization_id = $1 AND id = $2 AND state <> 'removed'

-- name: get
-- A recording.
SELECT * FROM recordings WHERE organization_id = $1 AND id = $2

-- name: lock
-- A recording, which nobody else changes or removes until this is done.
SELECT * FROM recordings WHERE organization_id = $1 AND id = $2 FOR UPDATE

-- name: owner
-- Whose recording it is, and how long it is kept.
SELECT organization_id, conversation_id, state, keep_until FROM recordings WHERE id = $1

-- name: of_conversation
-- The recordings of a conversation that can be listened to, oldest first.
SELECT * FROM recordings WHERE organization_id = $1 AND conversation_id = $2 AND kept = 'recording' ORDER BY began_at, id LIMIT 100

-- name: tracks
-- What these recordings are made of.
SELECT * FROM recording_tracks WHERE organization_id = $1 AND recording_id = ANY ($2::text[]) ORDER BY began, id

-- name: spoken
-- Recordings whose days are over and of which there are words still.
SELECT r.organization_id, r.id FROM recordings r
WHERE r.keep_until <= $1 AND r.state <> 'removed' AND EXISTS (
    SELECT FROM internal_messages m
    WHERE m.organization_id = r.organization_id AND m.spoken IS NOT NULL AND m.spoken ->> 'recording_id' = r.id
        AND m.text <> ''
) ORDER BY r.keep_until, r.organization_id, r.id LIMIT $2

-- name: due
-- Recordings whose days are over, after one of them.
SELECT organization_id, id, keep_until FROM recordings
WHERE keep_until <= $1 AND state <> 'removed' AND (keep_until, organization_id, id) > ($2, $3, $4)
ORDER BY keep_until, organization_id, id LIMIT $5

-- name: forget
-- Its words are gone, also from what is searched.
WITH emptied AS (
    UPDATE internal_messages SET text = '', spoken = spoken - 'salt' || '{"removed": true}'
    WHERE organization_id = $1 AND spoken IS NOT NULL AND spoken ->> 'recording_id' = $2
    RETURNING conversation_id, seq
)
DELETE FROM internal_words w USING emptied e
WHERE w.organization_id = $1 AND w.conversation_id = e.conversation_id AND w.seq = e.seq

-- name: remove
-- Its sound is gone; that there was one is still known.
WITH gone AS (
    DELETE FROM recording_tracks WHERE organization_id = $1 AND recording_id = $2
)
UPDATE recordings SET state = 'removed' WHERE organization_id = $1 AND id = $2

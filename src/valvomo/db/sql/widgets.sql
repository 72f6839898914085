-- name: of_workstream
-- What a workstream says of its widget; no row where nothing has been set.
SELECT * FROM widgets WHERE organization_id = $1 AND workstream_id = $2

-- name: asking
-- What a workstream says of its widget, and what those say from which it is called.
SELECT * FROM widgets WHERE organization_id = $1 AND $2 IN (workstream_id, voice_to, video_to)
ORDER BY workstream_id <> $2, workstream_id

-- name: lock
-- The same, made if it is not there, and locked.
INSERT INTO widgets (organization_id, workstream_id) VALUES ($1, $2)
ON CONFLICT (organization_id, workstream_id) DO UPDATE SET workstream_id = EXCLUDED.workstream_id RETURNING *

-- name: change
-- What is asked at the end, who must be signed, where messages are left while nobody serves and by what they are
-- answered, where customers call.
UPDATE widgets SET survey = $3::jsonb, identity = $4, closed_to = $5, voice_to = $6, video_to = $7, answers_by = $8
WHERE organization_id = $1 AND workstream_id = $2

-- name: set_secret
-- What identities are signed with from now on; the former secret counts until a moment.
UPDATE widgets SET secret = $3, former = $4, former_until = $5 WHERE organization_id = $1 AND workstream_id = $2

-- name: contact_of
-- The contact that a site knows by this name.
SELECT contact_id FROM contact_identities WHERE organization_id = $1 AND workstream_id = $2 AND subject = $3

-- name: know_contact
-- From now on the site knows this contact by this name; the one that it knows already stays.
INSERT INTO contact_identities (organization_id, workstream_id, subject, contact_id, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, workstream_id, subject) DO NOTHING

-- name: goes_on
-- The newest conversation that this contact has begun here as who they are, and that has not ended.
SELECT id FROM conversations WHERE organization_id = $1 AND workstream_id = $2 AND contact_id = $3
    AND (body ->> 'verified')::boolean AND state IN ('open', 'active', 'waiting') ORDER BY created_at DESC, id DESC LIMIT 1

-- name: earlier
-- Conversations that this contact has begun here as who they are before one of theirs, the newest first.
SELECT c.id, c.created_at FROM conversations c
JOIN conversations b ON b.organization_id = c.organization_id AND b.id = $3
WHERE c.organization_id = $1 AND c.contact_id = $2 AND c.workstream_id = b.workstream_id
    AND (c.body ->> 'verified')::boolean AND c.public_seq > 0 AND (c.created_at, c.id) < (b.created_at, b.id)
ORDER BY c.created_at DESC, c.id DESC LIMIT $4

-- name: answer
-- What the customer said to the survey, the newest.
INSERT INTO survey_answers (organization_id, conversation_id, score, comment, answers, at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6)
ON CONFLICT (organization_id, conversation_id) DO UPDATE
SET score = EXCLUDED.score, comment = EXCLUDED.comment, answers = EXCLUDED.answers, at = EXCLUDED.at

-- name: answer_of
-- What the customer of a conversation said to the survey.
SELECT score, comment, answers, at FROM survey_answers WHERE organization_id = $1 AND conversation_id = $2

-- name: read_to
-- One side has read up to a number; a mark never goes back.
INSERT INTO read_marks (organization_id, conversation_id, side, seq, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (organization_id, conversation_id, side) DO UPDATE SET seq = EXCLUDED.seq, at = EXCLUDED.at
WHERE read_marks.seq < EXCLUDED.seq RETURNING seq

-- name: marks
-- How far each side has read in these conversations.
SELECT conversation_id, side, seq, at FROM read_marks WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: mailed
-- How many transcripts of a conversation have been asked for since a moment.
SELECT count(*) FROM transcript_mails WHERE organization_id = $1 AND conversation_id = $2 AND at > $3

-- name: note_mail
-- One more transcript that is on its way.
INSERT INTO transcript_mails (organization_id, conversation_id, mail_id, at) VALUES ($1, $2, $3, $4)

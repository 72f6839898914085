-- name: keep
-- What a message looked like, and that it can be shown.
WITH marked AS (
    UPDATE public_messages SET html = true WHERE organization_id = $1 AND conversation_id = $2 AND seq = $4
)
INSERT INTO message_html (organization_id, conversation_id, message_id, seq, html, remote, cut, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: about
-- What is to be known of it before it is opened.
SELECT remote, cut FROM message_html WHERE organization_id = $1 AND conversation_id = $2 AND message_id = $3

-- name: opened
-- It, and the pictures that came with the message: the files by their places.
SELECT h.html, (
    SELECT coalesce(jsonb_object_agg(m.place, a.id), '{}') FROM channel_media m
    JOIN attachments a ON a.organization_id = m.organization_id AND a.id = m.upload_id AND a.media_type LIKE 'image/%'
    WHERE m.organization_id = h.organization_id AND m.conversation_id = h.conversation_id AND m.seq = h.seq
        AND m.message_id = h.message_id AND m.state = 'fetched'
) AS pictures
FROM message_html h WHERE h.organization_id = $1 AND h.message_id = $2

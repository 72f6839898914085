-- name: group
-- All contacts that are the same customer as this one, itself included; the one that they are shown as first.
WITH RECURSIVE up AS (
    SELECT id, merged_into FROM contacts WHERE organization_id = $1 AND id = $2
    UNION
    SELECT c.id, c.merged_into FROM up JOIN contacts c ON c.organization_id = $1 AND c.id = up.merged_into
), down AS (
    SELECT id, 0 AS depth FROM up WHERE merged_into IS NULL
    UNION ALL
    SELECT c.id, down.depth + 1 FROM down JOIN contacts c ON c.organization_id = $1 AND c.merged_into = down.id
)
SELECT c.* FROM down JOIN contacts c ON c.organization_id = $1 AND c.id = down.id ORDER BY down.depth, c.created_at, c.id

-- name: pair
-- The contacts that these two are shown as, and what they point at: everything that a merge of them has to know.
WITH RECURSIVE up AS (
    SELECT id, name, merged_into FROM contacts
    WHERE organization_id = $1 AND id = ANY ($2::text[]) AND forgotten_at IS NULL
    UNION
    SELECT c.id, c.name, c.merged_into FROM up JOIN contacts c ON c.organization_id = $1 AND c.id = up.merged_into
)
SELECT id, name, merged_into FROM up

-- name: lock
-- One contact, locked.
SELECT * FROM contacts WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE

-- name: change
-- What is known of a contact.
UPDATE contacts SET name = $3, email = $4, phone = $5, company = $6, language = $7, about = $8, revision = revision + 1
WHERE organization_id = $1 AND id = $2

-- name: point
-- Which contact this one is merged into; NULL for none.
UPDATE contacts SET merged_into = $3, merged_at = $4, merged_by = $5 WHERE organization_id = $1 AND id = $2

-- name: served
-- Whether somebody may see a conversation with one of these contacts: has or had it, takes part, or may pick it.
SELECT EXISTS (SELECT FROM conversations c WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
    AND (c.owner_id = $3 OR c.body -> 'served_by' ? $3 OR (c.state = 'open' AND c.queue_id = ANY ($4::text[]))
        OR EXISTS (SELECT FROM involved i WHERE i.organization_id = c.organization_id
            AND i.conversation_id = c.id AND i.person_id = $3)))

-- name: found
-- Contacts whose name, address or company begins with each of these words, or whose number holds these digits, in
-- order of their names after a place; without words all of them. Those that are merged into another one stand for it.
WITH matching AS (
    SELECT c.id, lower(c.name) COLLATE "C" AS word FROM contacts c
    WHERE c.organization_id = $1 AND c.forgotten_at IS NULL AND ($2 = '' OR to_tsvector('simple', c.name || ' ' || coalesce(c.email, '') || ' ' || c.company)
            @@ to_tsquery('simple', $2)
        OR ($3 <> '' AND strpos(regexp_replace(c.phone, '\D', '', 'g'), $3) > 0))
        AND ($4 OR EXISTS (SELECT FROM conversations v WHERE v.organization_id = c.organization_id AND v.contact_id = c.id
            AND (v.owner_id = $5 OR v.body -> 'served_by' ? $5 OR (v.state = 'open' AND v.queue_id = ANY ($6::text[]))
                OR EXISTS (SELECT FROM involved i WHERE i.organization_id = v.organization_id
                    AND i.conversation_id = v.id AND i.person_id = $5))))
)
SELECT c.*, m.word, r.name AS into_name FROM matching m JOIN contacts c ON c.organization_id = $1 AND c.id = m.id
LEFT JOIN contacts r ON r.organization_id = $1 AND r.id = c.merged_into
WHERE $7::text IS NULL OR (m.word, c.id) > ($7::text COLLATE "C", $8::text COLLATE "C")
ORDER BY m.word, c.id LIMIT $9

-- name: conversations
-- All conversations with these contacts, the newest first, before a place; who sees which is decided on each row.
SELECT c.*, m.text AS last_text, m.author_name AS last_author, m.author_role AS last_role, m.at AS last_at
FROM conversations c
LEFT JOIN public_messages m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
    AND m.public_seq = c.public_seq
WHERE c.organization_id = $1 AND c.contact_id = ANY ($2::text[])
    AND ($3 OR c.queue_id = ANY ($4::text[]) OR c.owner_id = $5 OR c.body -> 'served_by' ? $5
        OR (c.state = 'open' AND c.queue_id = ANY ($6::text[]))
        OR EXISTS (SELECT FROM involved i WHERE i.organization_id = c.organization_id
            AND i.conversation_id = c.id AND i.person_id = $5))
    AND ($7::timestamptz IS NULL OR (c.created_at, c.id) < ($7, $8::text COLLATE "C"))
ORDER BY c.created_at DESC, c.id DESC LIMIT $9

-- name: identities
-- By what these contacts are recognized, the first first.
SELECT kind, value, verified_at FROM identities WHERE organization_id = $1 AND contact_id = ANY ($2::text[])
ORDER BY verified_at, kind, value

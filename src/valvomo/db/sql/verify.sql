-- name: facts_of
-- Facts of these conversations, one conversation after the other, after one of them; of those whose words were erased
-- what they are sealed by.
SELECT position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body, CASE WHEN erased THEN
    fact_content(organization_id, position, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body)
END AS erased
FROM facts
WHERE organization_id = $1 AND conversation_id = ANY ($2::text[]) AND (conversation_id, version) > ($3, $4)
ORDER BY conversation_id, version LIMIT $5

-- name: folded
-- Which of these conversations, each at a version, had that version only after a position.
SELECT conversation_id FROM facts
WHERE organization_id = $1 AND position > $4
    AND (conversation_id, version) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))

-- name: ids_after
-- The next conversations by id, those that have a row and those of which only facts are left.
(SELECT id FROM conversations WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3)
UNION
(SELECT conversation_id FROM facts WHERE organization_id = $1 AND conversation_id > $2 AND version = 1
 ORDER BY conversation_id LIMIT $3)
ORDER BY 1 LIMIT $3

-- name: conversations
-- These conversations as they are stored.
SELECT * FROM conversations WHERE organization_id = $1 AND id = ANY ($2::text[])

-- name: stranded
-- What is not closed and owned by no account, a disabled one, or one without a role that serves.
SELECT c.id, c.state, c.owner_id FROM conversations c
LEFT JOIN users u ON u.organization_id = c.organization_id AND u.id = c.owner_id
WHERE c.organization_id = $1 AND c.state <> 'closed' AND c.owner_id IS NOT NULL
    AND (u.id IS NULL OR u.disabled OR NOT u.roles && ARRAY['agent', 'supervisor'])
ORDER BY c.id

-- name: adrift
-- What is not closed and with nobody it could be with: owned while it waits in a queue, or nobody's where it may not be.
SELECT id, state, owner_id FROM conversations
WHERE organization_id = $1 AND state <> 'closed' AND CASE state
    WHEN 'open' THEN owner_id IS NOT NULL OR body ->> 'bot_id' IS NOT NULL OR body -> 'holds' <> '{}'
    WHEN 'active' THEN owner_id IS NULL AND body ->> 'bot_id' IS NULL
        AND NOT jsonb_path_exists(body, '$.offers[*] ? (@.kind != "consult")')
    ELSE owner_id IS NULL END
ORDER BY id

-- name: loads
-- Agents whose load is not what their conversations say that they hold.
SELECT agent_id, coalesce(h.units, 0) AS units, coalesce(s.units, 0) AS said
FROM (SELECT agent_id, sum(units) AS units FROM holdings WHERE organization_id = $1 GROUP BY agent_id) h
FULL JOIN (
    SELECT one.key COLLATE "C" AS agent_id, sum(one.value::bigint) AS units
    FROM conversations c, jsonb_each_text(c.body -> 'holds') one
    WHERE c.organization_id = $1 AND c.state <> 'closed' GROUP BY 1
) s USING (agent_id)
WHERE h.units IS DISTINCT FROM s.units ORDER BY agent_id

-- name: hash_at
-- The hash of one fact, as it is stored.
SELECT hash FROM facts WHERE organization_id = $1 AND position = $2

-- name: messages
-- Messages by conversation and number, from both tables.
SELECT conversation_id, seq, public_seq, id, author_id, author_role, 'public' AS visibility, text, at, attachments,
    NULL::jsonb AS spoken
FROM public_messages
WHERE organization_id = $1 AND (conversation_id, seq) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))
UNION ALL
SELECT conversation_id, seq, NULL, id, author_id, author_role, visibility, text, at, attachments, spoken
FROM internal_messages
WHERE organization_id = $1 AND (conversation_id, seq) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))

-- name: message_counts
-- How many messages these conversations have in both tables.
SELECT conversation_id, count(*) AS messages FROM (
    SELECT conversation_id FROM public_messages WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])
    UNION ALL
    SELECT conversation_id FROM internal_messages WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])
) m GROUP BY conversation_id

-- name: holdings
-- What agents hold of these conversations.
SELECT conversation_id, agent_id, channel, units FROM holdings
WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: involved
-- Who is involved in these conversations.
SELECT conversation_id, person_id FROM involved WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: timers
-- The deadlines of these conversations.
SELECT conversation_id, name, due FROM timers WHERE organization_id = $1 AND conversation_id = ANY ($2::text[])

-- name: sealing
-- Facts by which customers were forgotten that seal one of these, and the digests of all that each of them seals.
SELECT f.body ->> 'seal' AS said, f.body -> 'facts' AS facts, (
    SELECT encode(sha256(coalesce(string_agg(fact_content(e.organization_id, e.position, e.conversation_id, e.version,
        e.kind, e.actor_id, e.actor_name, e.at, e.audited, e.notify, e.body), '\x1e' ORDER BY e.position), '')), 'hex')
    FROM facts e WHERE e.organization_id = $1 AND e.erased
        AND e.position IN (SELECT one::bigint FROM jsonb_array_elements_text(f.body -> 'facts') one)
) AS seal
FROM facts f WHERE f.organization_id = $1 AND f.audited AND f.kind = 'contact_forgotten'
    AND EXISTS (SELECT FROM jsonb_array_elements_text(f.body -> 'facts') one WHERE one::bigint = ANY ($2::bigint[]))

-- A conversation knows how many of its lines a machine has written down, since nobody has to read those as messages, and
-- how the worst way into its calls did.

UPDATE conversations c SET body = c.body || jsonb_build_object('spoken', n.lines)
FROM (
    SELECT organization_id, conversation_id, count(*) AS lines FROM internal_messages
    WHERE visibility = 'spoken' AND spoken IS NOT NULL GROUP BY organization_id, conversation_id
) n
WHERE c.organization_id = n.organization_id AND c.id = n.conversation_id;

UPDATE conversations c SET body = c.body || jsonb_build_object('call_score', n.score)
FROM (
    SELECT k.organization_id, k.conversation_id, min((way ->> 'mean')::double precision) AS score
    FROM (SELECT DISTINCT organization_id, conversation_id FROM call_minutes WHERE rated) k
    JOIN facts f ON f.organization_id = k.organization_id AND f.conversation_id = k.conversation_id
        AND f.kind = 'call_rated'
    CROSS JOIN jsonb_array_elements(f.body -> 'ways') way
    GROUP BY k.organization_id, k.conversation_id
) n
WHERE c.organization_id = n.organization_id AND c.id = n.conversation_id AND n.score IS NOT NULL;

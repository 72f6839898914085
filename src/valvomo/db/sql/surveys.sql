-- name: counts
-- Answers of a period to the house's own questions: how many of which to each, and its words as they were asked last, in
-- this language where they were; of answers in words just how many.
SELECT c.workstream_id, w.name AS workstream, q.value ->> 'id' AS id, q.value ->> 'kind' AS kind,
    CASE WHEN q.value ->> 'kind' <> 'words' THEN s.answers ->> (q.value ->> 'id') END AS answer, count(*)::bigint AS number,
    (array_agg(q.value ->> 'words' ORDER BY c.body ->> 'language' = $10 DESC, s.at DESC))[1] AS words,
    bool_or(c.body ->> 'language' = $10) AS spoken, max(s.at) AS newest
FROM survey_answers s
JOIN conversations c ON c.organization_id = s.organization_id AND c.id = s.conversation_id
JOIN workstreams w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
CROSS JOIN LATERAL jsonb_array_elements(c.body -> 'survey' -> 'questions') q
WHERE s.organization_id = $1 AND s.at >= $2 AND s.at < $3 AND s.answers ? (q.value ->> 'id')
    AND ($4::text[] IS NULL OR c.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR c.body -> 'survey' ->> 'agent_id' = ANY ($5))
    AND ($6::text[] = '{}' OR c.channel = ANY ($6)) AND ($7::text[] = '{}' OR c.body ->> 'language' = ANY ($7))
    AND ($8::text[] = '{}' OR coalesce(c.body ->> 'closed_as', 'ongoing') = ANY ($8))
    AND ($9::boolean IS NULL OR coalesce((c.body ->> 'outbound')::boolean, false) = $9)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 1, 3

-- name: answered
-- Who has answered a question ($11, of kind $12) of a workstream in a period, and how: so ($13), or in any way (''); the
-- newest first. Exactly those that are counted; what was said in words is not told here.
SELECT s.conversation_id, s.at, s.score, c.queue_id, to_jsonb(c) AS conversation,
    CASE WHEN $12 <> 'words' THEN s.answers ->> $11 END AS answer
FROM survey_answers s
JOIN conversations c ON c.organization_id = s.organization_id AND c.id = s.conversation_id
WHERE s.organization_id = $1 AND s.at >= $2 AND s.at < $3 AND s.answers ? $11
    AND EXISTS (SELECT FROM jsonb_array_elements(c.body -> 'survey' -> 'questions') q
        WHERE q ->> 'id' = $11 AND q ->> 'kind' = $12)
    AND ($4::text[] IS NULL OR c.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR c.body -> 'survey' ->> 'agent_id' = ANY ($5))
    AND ($6::text[] = '{}' OR c.channel = ANY ($6)) AND ($7::text[] = '{}' OR c.body ->> 'language' = ANY ($7))
    AND ($8::text[] = '{}' OR coalesce(c.body ->> 'closed_as', 'ongoing') = ANY ($8))
    AND ($9::boolean IS NULL OR coalesce((c.body ->> 'outbound')::boolean, false) = $9)
    AND c.workstream_id = $10 AND ($13 = '' OR s.answers ->> $11 = $13)
    AND ($14::timestamptz IS NULL OR (s.at, s.conversation_id) < ($14, $15))
ORDER BY s.at DESC, s.conversation_id DESC LIMIT $16

-- name: texts
-- What customers said in words in a period: in answer to a question of a workstream, or ('') besides; the newest first.
SELECT s.conversation_id, s.at, s.score, c.queue_id, c.body ->> 'customer_name' AS customer,
    CASE WHEN $11 = '' THEN s.comment ELSE s.answers ->> $11 END AS said
FROM survey_answers s
JOIN conversations c ON c.organization_id = s.organization_id AND c.id = s.conversation_id
WHERE s.organization_id = $1 AND s.at >= $2 AND s.at < $3
    AND ($4::text[] IS NULL OR c.queue_id = ANY ($4)) AND ($5::text[] IS NULL OR c.body -> 'survey' ->> 'agent_id' = ANY ($5))
    AND ($6::text[] = '{}' OR c.channel = ANY ($6)) AND ($7::text[] = '{}' OR c.body ->> 'language' = ANY ($7))
    AND ($8::text[] = '{}' OR coalesce(c.body ->> 'closed_as', 'ongoing') = ANY ($8))
    AND ($9::boolean IS NULL OR coalesce((c.body ->> 'outbound')::boolean, false) = $9)
    AND ($10 = '' OR c.workstream_id = $10)
    AND CASE WHEN $11 = '' THEN s.comment <> '' ELSE jsonb_typeof(s.answers -> $11) = 'string' END
    AND ($12::timestamptz IS NULL OR (s.at, s.conversation_id) < ($12, $13))
ORDER BY s.at DESC, s.conversation_id DESC LIMIT $14

-- name: minutes
-- Within how many minutes the customer's next message may answer the survey, where their workstream asks it and they can be
-- asked now: over an account that sends, and if they want to be written to.
SELECT w.survey_minutes FROM channel_conversations v
JOIN conversations c ON c.organization_id = v.organization_id AND c.id = v.conversation_id
JOIN workstreams w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
JOIN channel_accounts a ON a.organization_id = v.organization_id AND a.id = v.account_id
    AND NOT a.disabled AND a.held_since IS NULL
JOIN channel_threads t ON t.organization_id = v.organization_id AND t.account_id = v.account_id AND t.address = v.address
    AND t.opted_out_at IS NULL AND t.last_inbound_at IS NOT NULL
WHERE v.organization_id = $1 AND v.conversation_id = $2

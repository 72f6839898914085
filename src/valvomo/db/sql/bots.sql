-- name: bots
-- Bots after an id, in order of their making, with where they are told what happens.
SELECT b.*, w.id AS webhook_id, w.url, (b.sealed_key IS NOT NULL) AS has_key
FROM bots b LEFT JOIN webhooks w ON w.organization_id = b.organization_id AND w.bot_id = b.id
WHERE b.organization_id = $1 AND b.id > $2 AND ($3::text IS NULL OR b.id = $3) ORDER BY b.id LIMIT $4

-- name: first
-- The bot that a workstream begins with, if it is at work.
SELECT b.* FROM workstreams w JOIN bots b ON b.organization_id = w.organization_id AND b.id = w.bot_id AND b.enabled
WHERE w.organization_id = $1 AND w.id = $2

-- name: get
-- One bot.
SELECT * FROM bots WHERE organization_id = $1 AND id = $2

-- name: is_bot
-- Whether an id is that of a bot.
SELECT EXISTS (SELECT FROM bots WHERE organization_id = $1 AND id = $2)

-- name: by_token
-- Whose token this is, if it is at work.
SELECT * FROM bots WHERE token_hash = $1 AND enabled

-- name: create
-- A new bot.
INSERT INTO bots (organization_id, id, name, kind, enabled, patience, idle, rules, sealed_key, token_hash, token_at,
    created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $11)

-- name: change
-- A bot as it is from now on; without a new key it keeps its own.
UPDATE bots SET name = $3, enabled = $4, patience = $5, idle = $6, rules = $7::jsonb,
    sealed_key = CASE WHEN $8 THEN $9 ELSE sealed_key END
WHERE organization_id = $1 AND id = $2

-- name: set_token
-- Its token from now on.
UPDATE bots SET token_hash = $3, token_at = $4 WHERE organization_id = $1 AND id = $2

-- name: remove
-- A bot is no more, and with it where it was told what happens.
DELETE FROM bots WHERE organization_id = $1 AND id = $2

-- name: set_url
-- Where it is told what happens.
UPDATE webhooks SET url = $3, disabled = $4, disabled_for = NULL, failing_since = NULL
WHERE organization_id = $1 AND bot_id = $2

-- name: with_bot
-- What a bot has, in one order.
SELECT id FROM conversations
WHERE organization_id = $1 AND state = 'active' AND owner_id IS NULL AND body ->> 'bot_id' = $2 ORDER BY id

-- name: tell
-- What a bot is told, each to where it is told what happens, in this order.
INSERT INTO outbox (organization_id, id, webhook_id, kind, body, due, created_at, trace, conversation_id)
SELECT w.organization_id, gen_random_uuid()::text, w.id, l.kind, l.body, $6, $6, $7, l.conversation_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
    WITH ORDINALITY AS l (organization_id, bot_id, conversation_id, kind, body, place)
JOIN webhooks w ON w.organization_id = l.organization_id AND w.bot_id = l.bot_id
ORDER BY l.place

-- name: forget
-- What a bot has not been told yet of what it has no more, it need not be told.
UPDATE outbox o SET given_up_at = $3, problem = 'the bot has the conversation no more'
FROM webhooks w
WHERE o.organization_id = $1 AND o.conversation_id = $2 AND o.delivered_at IS NULL AND o.given_up_at IS NULL
    AND w.organization_id = o.organization_id AND w.id = o.webhook_id AND w.bot_id IS NOT NULL

-- name: untold
-- Whether something is on its way to a bot still that was written before a moment.
SELECT EXISTS (
    SELECT FROM outbox o JOIN webhooks w ON w.organization_id = o.organization_id AND w.id = o.webhook_id
    WHERE o.organization_id = $1 AND w.bot_id = $2 AND o.conversation_id = $3 AND o.delivered_at IS NULL
        AND o.created_at <= $4
) OR EXISTS (
    SELECT FROM bot_turns t WHERE t.organization_id = $1 AND t.conversation_id = $3 AND t.wanted > t.answered
        AND t.attempts > 0
)

-- name: want_turns
-- Bots of the house's own have something to answer; the number is that of the newest public message.
INSERT INTO bot_turns (organization_id, conversation_id, bot_id, wanted, due)
SELECT b.organization_id, l.conversation_id, b.id, l.wanted, $5
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS l (organization_id, bot_id, conversation_id, wanted)
JOIN bots b ON b.organization_id = l.organization_id AND b.id = l.bot_id AND b.kind = 'model'
ON CONFLICT ON CONSTRAINT bot_turns_pkey DO UPDATE
SET wanted = greatest(bot_turns.wanted, excluded.wanted), due = least(bot_turns.due, excluded.due), attempts = 0

-- name: lease_turns
-- The next turns that are due are this process's; if it dies, they are due again when the lease ends. $4 to $6: what is
-- under way. Of each bot ($7), and of each organization ($8), only what its share has room for.
WITH under_way AS (
    SELECT * FROM unnest($4::text[], $5::text[], $6::int[]) AS u (organization_id, bot_id, turns)
), due AS (
    SELECT d.* FROM bots b
    LEFT JOIN under_way u ON u.organization_id = b.organization_id AND u.bot_id = b.id
    CROSS JOIN LATERAL (
        SELECT l.organization_id, l.conversation_id, l.due FROM bot_turns l
        WHERE l.organization_id = b.organization_id AND l.bot_id = b.id AND l.due <= $1 AND l.wanted > l.answered
        ORDER BY l.due LIMIT greatest(0, $7::int - coalesce(u.turns, 0)) FOR UPDATE SKIP LOCKED
    ) d
    WHERE b.kind = 'model' AND EXISTS (SELECT FROM bot_turns WHERE due <= $1 AND wanted > answered)
), fair AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.organization_id ORDER BY d.due)
        + coalesce((SELECT sum(u.turns) FROM under_way u WHERE u.organization_id = d.organization_id), 0) AS nth
    FROM due d
)
UPDATE bot_turns t SET due = $1::timestamptz + make_interval(secs => $2), attempts = t.attempts + 1
WHERE (t.organization_id, t.conversation_id) IN (
    SELECT f.organization_id, f.conversation_id FROM fair f WHERE f.nth <= $8::int ORDER BY f.due LIMIT $3)
RETURNING t.*

-- name: turn_taken
-- It has answered up to here; what the customer has written meanwhile is due at once.
UPDATE bot_turns SET answered = greatest(answered, $3), due = $4, attempts = 0, tokens = tokens + $5, puzzled = $6,
    problem = NULL
WHERE organization_id = $1 AND conversation_id = $2

-- name: turn_failed
-- It could not answer: why, and when to try again.
UPDATE bot_turns SET due = $3, problem = $4, tokens = tokens + $5 WHERE organization_id = $1 AND conversation_id = $2

-- name: turn_over
-- The bot has the conversation no more.
DELETE FROM bot_turns WHERE organization_id = $1 AND conversation_id = $2

-- name: instructions
-- What supervisors have told the bot, the oldest first.
SELECT text FROM internal_messages
WHERE organization_id = $1 AND conversation_id = $2 AND visibility = 'instruction' ORDER BY seq LIMIT $3

-- name: snippets
-- What a bot knows, after an id, in order of its making.
SELECT * FROM bot_snippets
WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR id = $3) AND bot_id = $5 ORDER BY id LIMIT $4

-- name: snippet
-- One of them.
SELECT * FROM bot_snippets WHERE organization_id = $1 AND id = $2

-- name: create_snippet
-- A new one, found by its words.
INSERT INTO bot_snippets (organization_id, id, bot_id, title, text, language, words, created_at)
VALUES ($1, $2, $3, $4, $5, $6, search_words($1, search_language($6), $4 || ' ' || $5), $7)

-- name: change_snippet
-- One as it is from now on.
UPDATE bot_snippets SET title = $3, text = $4, language = $5,
    words = search_words($1, search_language($5), $3 || ' ' || $4)
WHERE organization_id = $1 AND id = $2

-- name: remove_snippet
-- One less.
DELETE FROM bot_snippets WHERE organization_id = $1 AND id = $2

-- name: find_snippets
-- What a bot knows that has some of the words, the closest first; not more than so many.
SELECT s.title, s.text FROM bot_snippets s, LATERAL (SELECT search_query($1, $3) AS query) asked
WHERE s.organization_id = $1 AND s.bot_id = $2 AND s.words @@ asked.query
ORDER BY ts_rank_cd(s.words, asked.query) DESC, s.id LIMIT $4

-- name: ongoing
-- What a bot has, after an id, in order of its making.
SELECT * FROM conversations WHERE organization_id = $1 AND state = 'active' AND body ->> 'bot_id' = $2 AND id > $3
ORDER BY id LIMIT $4

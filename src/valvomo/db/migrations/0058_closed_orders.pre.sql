-- Closed conversations in the orders in which they are listed, each with an index of its own: there are more of them
-- every day, and a page must not read them all.

CREATE INDEX conversations_closed_created ON conversations (organization_id, created_at, id) WHERE state = 'closed';
CREATE INDEX conversations_closed_customer
    ON conversations (organization_id, (left(lower(body ->> 'customer_name'), 100) COLLATE "C"), id)
    WHERE state = 'closed';
CREATE INDEX conversations_closed_subject
    ON conversations (organization_id, (left(lower(body ->> 'subject'), 100) COLLATE "C"), id)
    WHERE state = 'closed';

-- Those that match, in no order: PostgreSQL puts its text in place of its call, so that the order of whoever asks finds
-- its index. Words are looked for in what the last line says too, for who may read it: as in lists of ongoing ones.
CREATE FUNCTION closed_ones(
    house text, everything boolean, supervised text[], person text, queues text[], agents text[], channels text[],
    words text, way text, contacts text[], since timestamptz, sentiments text[], shown boolean
) RETURNS SETOF conversations LANGUAGE sql STABLE AS $$
    SELECT c.* FROM conversations c
    WHERE c.organization_id = house AND c.state = 'closed'
        AND (everything OR c.queue_id = ANY (supervised) OR c.owner_id = person OR c.body -> 'served_by' ? person)
        AND (queues = '{}' OR c.queue_id = ANY (queues))
        AND (agents = '{}' OR c.owner_id = ANY (agents))
        AND (channels = '{}' OR c.channel = ANY (channels))
        AND (way = '' OR c.body ->> 'closed_as' = way)
        AND (contacts = '{}' OR c.contact_id = ANY (contacts))
        AND (since IS NULL OR c.closed_at >= since)
        AND (sentiments = '{}' OR coalesce(CASE WHEN everything OR shown OR c.queue_id = ANY (supervised)
            THEN c.body ->> 'sentiment_level' END, 'none') = ANY (sentiments))
        AND (words = '' OR strpos(lower(c.body ->> 'customer_name'), lower(words)) > 0
            OR strpos(lower(c.body ->> 'subject'), lower(words)) > 0
            OR ((c.body -> 'consent' ->> 'policy' <> 'consent' OR (c.body -> 'consent' ->> 'answer')::boolean)
                AND (everything OR c.queue_id = ANY (supervised) OR c.owner_id = person)
                AND EXISTS (SELECT FROM public_messages m
                    WHERE m.organization_id = c.organization_id AND m.conversation_id = c.id
                        AND m.public_seq = c.public_seq AND strpos(lower(m.text), lower(words)) > 0)))
$$;

-- The last public message of a conversation, beside it.
CREATE FUNCTION last_line(house text, conversation text, seq bigint)
RETURNS TABLE (last_text text, last_author text, last_role text, last_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT said(m.text, m.attachments, m.media), m.author_name, m.author_role, m.at FROM public_messages m
    WHERE m.organization_id = house AND m.conversation_id = conversation AND m.public_seq = seq
$$;

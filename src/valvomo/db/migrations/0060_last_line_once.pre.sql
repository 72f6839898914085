-- What was said last, once: the number that was asked for was taken for the message's own column of that name, so that
-- every line whose two numbers are the same was said to be the last one.
CREATE OR REPLACE FUNCTION last_line(house text, conversation text, seq bigint)
RETURNS TABLE (last_text text, last_author text, last_role text, last_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT said(m.text, m.attachments, m.media), m.author_name, m.author_role, m.at FROM public_messages m
    WHERE m.organization_id = house AND m.conversation_id = conversation AND m.public_seq = $3
$$;

-- What was written of closed conversations may go after some days, and the chain of hashes stays whole.

-- A fact's salt is hashed with it and goes with its words, so that its hash says nothing of them afterwards. `erased`:
-- its words are gone, its salt too, and its hash is still that of what it was.
ALTER TABLE facts ADD COLUMN salt text COLLATE "C", ADD COLUMN erased boolean NOT NULL DEFAULT false;

-- What is removed when, as `domain/retention/rule.py` reads it; nothing is removed by an empty one.
ALTER TABLE organizations ADD COLUMN retention jsonb NOT NULL DEFAULT '{}';

-- Of which something may be removed, the longest closed first.
CREATE INDEX conversations_written ON conversations (organization_id, closed_at)
    WHERE state = 'closed' AND body ->> 'erased_at' IS NULL;

-- What belongs to a conversation is found by it.
CREATE INDEX outbox_conversation ON outbox (organization_id, (coalesce(conversation_id, body ->> 'conversation')));
CREATE INDEX record_import_lines_record ON record_import_lines (organization_id, record_id) WHERE record_id IS NOT NULL;

-- Without a salt it is what was hashed before, byte by byte.
DROP FUNCTION fact_content(text, bigint, text, bigint, text, text, text, timestamptz, boolean, text[], jsonb);
CREATE FUNCTION fact_content(
    organization_id text, "position" bigint, conversation_id text, version bigint, kind text, actor_id text,
    actor_name text, at timestamptz, audited boolean, notify text[], body jsonb, salt text DEFAULT NULL
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(concat_ws(
        chr(31), organization_id, position::text, coalesce(conversation_id, '-'), coalesce(version::text, '-'), kind,
        actor_id, actor_name, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), audited::text,
        array_to_string(notify, ','), body::text, salt
    ), 'UTF8')
$$;

DROP FUNCTION fact_digest(
    bytea, text, bigint, text, bigint, text, text, text, timestamptz, boolean, text[], jsonb
);
CREATE FUNCTION fact_digest(
    previous bytea, organization_id text, "position" bigint, conversation_id text, version bigint, kind text,
    actor_id text, actor_name text, at timestamptz, audited boolean, notify text[], body jsonb, salt text DEFAULT NULL
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || fact_content(organization_id, position, conversation_id, version, kind, actor_id,
                                           actor_name, at, audited, notify, body, salt))
$$;

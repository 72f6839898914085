-- Facts of a batch are appended by one statement in place of one each: the executor starts once, the chain of hashes is
-- a running aggregate over the batch. What is hashed is what was hashed before, byte by byte.

-- What is hashed of a fact after the hash before it: every column, in this order, parted by a byte that JSON text
-- cannot hold raw.
CREATE FUNCTION fact_content(
    organization_id text, "position" bigint, conversation_id text, version bigint, kind text, actor_id text,
    actor_name text, at timestamptz, audited boolean, notify text[], body jsonb
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(concat_ws(
        chr(31), organization_id, position::text, coalesce(conversation_id, '-'), coalesce(version::text, '-'), kind,
        actor_id, actor_name, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), audited::text,
        array_to_string(notify, ','), body::text
    ), 'UTF8')
$$;

CREATE OR REPLACE FUNCTION fact_digest(
    previous bytea, organization_id text, "position" bigint, conversation_id text, version bigint, kind text,
    actor_id text, actor_name text, at timestamptz, audited boolean, notify text[], body jsonb
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || fact_content(organization_id, position, conversation_id, version, kind, actor_id,
                                           actor_name, at, audited, notify, body))
$$;

CREATE FUNCTION next_hash(hash bytea, before_all bytea, content bytea) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN sha256(coalesce(hash, before_all) || content);

-- The hash of each fact of a batch, in order, from the hash before all of them.
CREATE AGGREGATE chain_of_hashes(before_all bytea, content bytea) (SFUNC = next_hash, STYPE = bytea);

-- Appends facts in their order and gives them the next positions. The head row is locked to the commit, so
-- positions are gapless and in commit order: a reader that asks for what follows its position misses nothing.
CREATE OR REPLACE FUNCTION append_facts(org text, new_facts jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head record;
    added bigint;
BEGIN
    SELECT position, hash INTO STRICT head FROM journal_heads WHERE organization_id = org FOR UPDATE;
    INSERT INTO facts (organization_id, position, conversation_id, version, kind, actor_id, actor_name, at, audited,
                       notify, body, hash)
    SELECT org, head.position + place, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body,
        chain_of_hashes(head.hash, fact_content(org, head.position + place, conversation_id, version, kind, actor_id,
                                                actor_name, at, audited, notify, body)) OVER (ORDER BY place)
    FROM ROWS FROM (jsonb_to_recordset(new_facts) AS (
        conversation_id text, version bigint, kind text, actor_id text, actor_name text, at timestamptz,
        audited boolean, notify text[], body jsonb
    )) WITH ORDINALITY AS fact (conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body, place)
    ORDER BY place;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE journal_heads h SET position = f.position, hash = f.hash FROM facts f
    WHERE h.organization_id = org AND f.organization_id = org AND f.position = head.position + added;
    RETURN head.position + added;
END
$$;

-- From now on every fact has a salt: older processes, who prove the chain without it, are gone. What was written before
-- has none, and what is erased of it could be guessed by whoever has its hash and tries (docs/retention.md).
CREATE OR REPLACE FUNCTION append_facts(org text, new_facts jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head record;
    added bigint;
BEGIN
    SELECT position, hash INTO STRICT head FROM journal_heads WHERE organization_id = org FOR UPDATE;
    INSERT INTO facts (organization_id, position, conversation_id, version, kind, actor_id, actor_name, at, audited,
                       notify, body, salt, hash)
    SELECT org, head.position + place, conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body,
        salt,
        chain_of_hashes(head.hash, fact_content(org, head.position + place, conversation_id, version, kind, actor_id,
                                                actor_name, at, audited, notify, body, salt)) OVER (ORDER BY place)
    FROM (
        SELECT fact.*, gen_random_uuid()::text AS salt
        FROM ROWS FROM (jsonb_to_recordset(new_facts) AS (
            conversation_id text, version bigint, kind text, actor_id text, actor_name text, at timestamptz,
            audited boolean, notify text[], body jsonb
        )) WITH ORDINALITY AS fact (conversation_id, version, kind, actor_id, actor_name, at, audited, notify, body,
                                    place)
        OFFSET 0
    ) salted
    ORDER BY place;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE journal_heads h SET position = f.position, hash = f.hash FROM facts f
    WHERE h.organization_id = org AND f.organization_id = org AND f.position = head.position + added;
    RETURN head.position + added;
END
$$;

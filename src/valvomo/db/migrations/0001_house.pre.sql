-- The house: organizations, people, queues, conversations, and the journal that explains them.
-- Ids are UUIDv7 text, compared byte by byte; every table leads with its organization.

CREATE TABLE organizations (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    languages text[] NOT NULL DEFAULT '{en,fi,sv}',
    time_zone text NOT NULL DEFAULT 'Europe/Helsinki',
    supervision jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX organizations_name ON organizations (lower(name));

CREATE TABLE journal_heads (
    organization_id text COLLATE "C" PRIMARY KEY REFERENCES organizations (id),
    position bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000'
);

CREATE TABLE facts (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    position bigint NOT NULL,
    conversation_id text COLLATE "C",
    version bigint,
    kind text NOT NULL,
    actor_id text COLLATE "C" NOT NULL,
    actor_name text NOT NULL,
    at timestamptz NOT NULL,
    audited boolean NOT NULL,
    notify text[] NOT NULL DEFAULT '{}',
    body jsonb NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT facts_pkey PRIMARY KEY (organization_id, position),
    CONSTRAINT facts_conversation_version UNIQUE (organization_id, conversation_id, version)
);
CREATE INDEX facts_audited ON facts (organization_id, position) WHERE audited;
CREATE INDEX facts_notify ON facts USING gin (notify) WHERE notify <> '{}';

-- What is hashed of a fact: every column, in this order, parted by a byte that JSON text cannot hold raw.
CREATE FUNCTION fact_digest(
    previous bytea, organization_id text, "position" bigint, conversation_id text, version bigint, kind text,
    actor_id text, actor_name text, at timestamptz, audited boolean, notify text[], body jsonb
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(concat_ws(
        chr(31), organization_id, position::text, coalesce(conversation_id, '-'), coalesce(version::text, '-'), kind,
        actor_id, actor_name, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), audited::text,
        array_to_string(notify, ','), body::text
    ), 'UTF8'))
$$;

-- Appends facts in their order and gives them the next positions. The head row is locked to the commit, so
-- positions are gapless and in commit order: a reader that asks for what follows its position misses nothing.
CREATE FUNCTION append_facts(org text, new_facts jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head record;
    fact jsonb;
    digest bytea;
    place bigint;
    told text[];
BEGIN
    SELECT position, hash INTO STRICT head FROM journal_heads WHERE organization_id = org FOR UPDATE;
    place := head.position;
    digest := head.hash;
    FOR fact IN SELECT value FROM jsonb_array_elements(new_facts) LOOP
        place := place + 1;
        told := ARRAY(SELECT jsonb_array_elements_text(fact -> 'notify'));
        digest := fact_digest(
            digest, org, place, fact ->> 'conversation_id', (fact ->> 'version')::bigint, fact ->> 'kind',
            fact ->> 'actor_id', fact ->> 'actor_name', (fact ->> 'at')::timestamptz,
            (fact ->> 'audited')::boolean, told, fact -> 'body'
        );
        INSERT INTO facts (organization_id, position, conversation_id, version, kind, actor_id, actor_name, at,
                           audited, notify, body, hash)
        VALUES (org, place, fact ->> 'conversation_id', (fact ->> 'version')::bigint, fact ->> 'kind',
                fact ->> 'actor_id', fact ->> 'actor_name', (fact ->> 'at')::timestamptz,
                (fact ->> 'audited')::boolean, told, fact -> 'body', digest);
    END LOOP;
    UPDATE journal_heads SET position = place, hash = digest WHERE organization_id = org;
    RETURN place;
END
$$;

CREATE TABLE users (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    language text NOT NULL DEFAULT 'en',
    password_hash text,
    supervises_all boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (organization_id, user_id);

CREATE TABLE api_tokens (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL CONSTRAINT api_tokens_hash UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT api_tokens_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE agents (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    chosen text NOT NULL DEFAULT 'offline',
    chosen_at timestamptz NOT NULL,
    chosen_by text NOT NULL DEFAULT 'system',
    capacity integer NOT NULL DEFAULT 3 CONSTRAINT agents_capacity CHECK (capacity >= 0),
    limits jsonb NOT NULL DEFAULT '{}',
    restore text,
    lost_at timestamptz,
    idle_since timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 0,
    CONSTRAINT agents_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT agents_user FOREIGN KEY (organization_id, id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE queues (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT queues_kind CHECK (kind IN ('messaging', 'voice', 'record')),
    priority integer NOT NULL DEFAULT 0,
    service_level_seconds integer NOT NULL DEFAULT 60,
    created_at timestamptz NOT NULL,
    CONSTRAINT queues_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX queues_name ON queues (organization_id, lower(name));

CREATE TABLE queue_members (
    organization_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    CONSTRAINT queue_members_pkey PRIMARY KEY (organization_id, queue_id, user_id),
    CONSTRAINT queue_members_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues ON DELETE CASCADE,
    CONSTRAINT queue_members_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE queue_supervisors (
    organization_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    CONSTRAINT queue_supervisors_pkey PRIMARY KEY (organization_id, queue_id, user_id),
    CONSTRAINT queue_supervisors_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues ON DELETE CASCADE,
    CONSTRAINT queue_supervisors_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE workstreams (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    channel text NOT NULL,
    key text COLLATE "C" NOT NULL CONSTRAINT workstreams_key UNIQUE,
    queue_id text COLLATE "C" NOT NULL,
    units integer NOT NULL DEFAULT 1 CONSTRAINT workstreams_units CHECK (units >= 0),
    allowed_presences text[] NOT NULL DEFAULT '{available,busy}',
    auto_accept boolean NOT NULL DEFAULT false,
    wrap_up text NOT NULL DEFAULT 'always',
    timers jsonb NOT NULL,
    consent text NOT NULL DEFAULT 'notice',
    origins text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    CONSTRAINT workstreams_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT workstreams_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues
);
CREATE UNIQUE INDEX workstreams_name ON workstreams (organization_id, lower(name));

-- Every version of every text that a customer, agent or supervisor was shown; never changed, only superseded.
CREATE TABLE texts (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    subject text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT texts_pkey PRIMARY KEY (organization_id, subject, kind, language, version)
);

CREATE TABLE acknowledgements (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C",
    kind text NOT NULL,
    version integer NOT NULL,
    language text NOT NULL,
    answer boolean NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT acknowledgements_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX acknowledgements_by_person ON acknowledgements (organization_id, person_id, kind);

CREATE TABLE contacts (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    email text,
    phone text,
    created_at timestamptz NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX contacts_email ON contacts (organization_id, lower(email)) WHERE email IS NOT NULL;

-- A row is the fold of the conversation's facts. Columns are what a message changes and what lists search by;
-- the rest is in the body.
CREATE TABLE conversations (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    revision bigint NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint NOT NULL,
    unanswered_since timestamptz,
    first_response_at timestamptz,
    last_message_at timestamptz,
    state text NOT NULL,
    channel text NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    owner_id text COLLATE "C",
    contact_id text COLLATE "C" NOT NULL,
    priority integer NOT NULL,
    created_at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    closed_at timestamptz,
    body jsonb NOT NULL,
    CONSTRAINT conversations_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT conversations_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues,
    CONSTRAINT conversations_contact FOREIGN KEY (organization_id, contact_id) REFERENCES contacts
);
CREATE INDEX conversations_ongoing ON conversations (organization_id, queue_id, priority DESC, queued_at)
    WHERE state <> 'closed';
CREATE INDEX conversations_open ON conversations (organization_id, queue_id, priority DESC, queued_at, id)
    WHERE state = 'open';
CREATE INDEX conversations_owner ON conversations (organization_id, owner_id) WHERE state <> 'closed';
CREATE INDEX conversations_closed ON conversations (organization_id, closed_at) WHERE state = 'closed';
CREATE INDEX conversations_contact_history ON conversations (organization_id, contact_id, created_at);

-- What a customer's token opens: one conversation, nothing else.
CREATE TABLE customer_tokens (
    token_hash bytea PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT customer_tokens_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);

-- Units that agents hold, one row for each conversation and agent: an agent's load is their sum.
CREATE TABLE holdings (
    organization_id text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    channel text NOT NULL,
    units integer NOT NULL,
    CONSTRAINT holdings_pkey PRIMARY KEY (organization_id, agent_id, conversation_id),
    CONSTRAINT holdings_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);
CREATE INDEX holdings_by_conversation ON holdings (organization_id, conversation_id);

-- Who is asked or takes part beside the owner: found from the person's side.
CREATE TABLE involved (
    organization_id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    CONSTRAINT involved_pkey PRIMARY KEY (organization_id, person_id, conversation_id),
    CONSTRAINT involved_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);
CREATE INDEX involved_by_conversation ON involved (organization_id, conversation_id);

CREATE TABLE timers (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    due timestamptz NOT NULL,
    CONSTRAINT timers_pkey PRIMARY KEY (organization_id, conversation_id, name),
    CONSTRAINT timers_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);
CREATE INDEX timers_due ON timers (due);

-- What the customer can read. Everything that leaves the house is built from this table.
CREATE TABLE public_messages (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    author_id text COLLATE "C" NOT NULL,
    author_role text NOT NULL,
    author_name text NOT NULL,
    text text NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT public_messages_pkey PRIMARY KEY (organization_id, conversation_id, seq),
    CONSTRAINT public_messages_public_seq UNIQUE (organization_id, conversation_id, public_seq),
    CONSTRAINT public_messages_client_id UNIQUE (organization_id, conversation_id, author_id, client_id),
    CONSTRAINT public_messages_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);

-- Notes and whispers: for the house only.
CREATE TABLE internal_messages (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    author_id text COLLATE "C" NOT NULL,
    author_role text NOT NULL,
    author_name text NOT NULL,
    visibility text NOT NULL CONSTRAINT internal_messages_visibility CHECK (visibility IN ('internal', 'whisper')),
    text text NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT internal_messages_pkey PRIMARY KEY (organization_id, conversation_id, seq),
    CONSTRAINT internal_messages_client_id UNIQUE (organization_id, conversation_id, author_id, client_id),
    CONSTRAINT internal_messages_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);

-- The outcome of every command that came with a key: the same key has one effect.
CREATE TABLE receipts (
    organization_id text COLLATE "C" NOT NULL,
    actor_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    command bytea NOT NULL,
    outcome jsonb,
    at timestamptz NOT NULL,
    CONSTRAINT receipts_pkey PRIMARY KEY (organization_id, actor_id, key)
);
CREATE INDEX receipts_at ON receipts (at);

-- Letters to the outside, written with the facts that cause them, sent by a job until they are delivered.
CREATE TABLE webhooks (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    kinds text[] NOT NULL DEFAULT '{}',
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (organization_id, id)
);

CREATE TABLE outbox (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    webhook_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    due timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    delivered_at timestamptz,
    given_up_at timestamptz,
    problem text,
    created_at timestamptz NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT outbox_webhook FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE
);
CREATE INDEX outbox_due ON outbox (due) WHERE delivered_at IS NULL AND given_up_at IS NULL;

-- Live connections by server process: when a process dies its connections are found and taken as lost.
CREATE TABLE processes (
    id text COLLATE "C" PRIMARY KEY,
    seen_at timestamptz NOT NULL
);

CREATE TABLE connections (
    process_id text COLLATE "C" NOT NULL CONSTRAINT connections_process REFERENCES processes (id),
    id text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C",
    conversation_id text COLLATE "C",
    opened_at timestamptz NOT NULL,
    CONSTRAINT connections_pkey PRIMARY KEY (process_id, id)
);
CREATE INDEX connections_user ON connections (organization_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX connections_conversation ON connections (organization_id, conversation_id)
    WHERE conversation_id IS NOT NULL;

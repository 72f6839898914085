-- Bots, what they are told, and what came of every attempt to send a letter.

CREATE TABLE bots (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT bots_kind CHECK (kind IN ('webhook', 'model')),
    enabled boolean NOT NULL DEFAULT true,
    patience integer NOT NULL CONSTRAINT bots_patience CHECK (patience > 0),
    idle integer NOT NULL CONSTRAINT bots_idle CHECK (idle > 0),
    rules jsonb NOT NULL DEFAULT '{}',
    sealed_key bytea,
    token_hash bytea CONSTRAINT bots_token UNIQUE,
    token_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT bots_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX bots_name ON bots (organization_id, lower(name));

ALTER TABLE workstreams
    ADD COLUMN bot_id text COLLATE "C",
    ADD CONSTRAINT workstreams_bot FOREIGN KEY (organization_id, bot_id) REFERENCES bots (organization_id, id);

-- What a bot of the house's own may say, found by its words.
CREATE TABLE bot_snippets (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    bot_id text COLLATE "C" NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    language text NOT NULL DEFAULT '',
    words tsvector NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT bot_snippets_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT bot_snippets_bot FOREIGN KEY (organization_id, bot_id) REFERENCES bots ON DELETE CASCADE
);
CREATE INDEX bot_snippets_words ON bot_snippets USING gin (words);
CREATE INDEX bot_snippets_by_bot ON bot_snippets (organization_id, bot_id, id);

-- Whose turn it is where a bot of the house's own has a conversation: due while there is something to answer.
CREATE TABLE bot_turns (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    bot_id text COLLATE "C" NOT NULL,
    wanted bigint NOT NULL DEFAULT 0,
    answered bigint NOT NULL DEFAULT -1,
    due timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0,
    puzzled integer NOT NULL DEFAULT 0,
    problem text,
    CONSTRAINT bot_turns_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT bot_turns_bot FOREIGN KEY (organization_id, bot_id) REFERENCES bots ON DELETE CASCADE
);
CREATE INDEX bot_turns_due ON bot_turns (due) WHERE wanted > answered;

-- The secret is sealed with the house's key from now on; one that is plain still is sealed at the next start.
ALTER TABLE webhooks
    ADD COLUMN bot_id text COLLATE "C",
    ADD COLUMN sealed bytea,
    ADD COLUMN former_sealed bytea,
    ADD COLUMN former_until timestamptz,
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN disabled_for text,
    ADD CONSTRAINT webhooks_bot FOREIGN KEY (organization_id, bot_id) REFERENCES bots (organization_id, id) ON DELETE CASCADE;
CREATE INDEX webhooks_by_bot ON webhooks (organization_id, bot_id) WHERE bot_id IS NOT NULL;

-- `conversation_id`: its letters go to the receiver one after the other, by `place`.
ALTER TABLE outbox
    ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN conversation_id text COLLATE "C",
    ADD COLUMN status integer,
    ADD COLUMN ms integer,
    ADD COLUMN replays integer NOT NULL DEFAULT 0,
    ADD COLUMN replayed_after integer NOT NULL DEFAULT 0;
CREATE INDEX outbox_in_order ON outbox (organization_id, webhook_id, conversation_id, place)
    WHERE conversation_id IS NOT NULL AND delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_log ON outbox (organization_id, webhook_id, place DESC);

-- Every attempt to send a letter, with what the receiver answered: the first bytes of it, as they came.
CREATE TABLE outbox_attempts (
    organization_id text COLLATE "C" NOT NULL,
    letter_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    status integer,
    ms integer NOT NULL,
    answer bytea NOT NULL DEFAULT '',
    problem text,
    CONSTRAINT outbox_attempts_pkey PRIMARY KEY (organization_id, letter_id, number),
    CONSTRAINT outbox_attempts_letter FOREIGN KEY (organization_id, letter_id) REFERENCES outbox ON DELETE CASCADE
);

-- What supervisors tell bots stands beside notes and whispers, for the house to read.
ALTER TABLE internal_messages DROP CONSTRAINT internal_messages_visibility;
ALTER TABLE internal_messages ADD CONSTRAINT internal_messages_visibility
    CHECK (visibility IN ('internal', 'whisper', 'instruction')) NOT VALID;

CREATE INDEX conversations_of_bots ON conversations (organization_id, (body ->> 'bot_id'), id)
    WHERE state = 'active' AND body ->> 'bot_id' IS NOT NULL;

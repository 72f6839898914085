-- Focus time: how long who serves a conversation had it in front, by the stretch of talk or wrap-up it falls into.
-- Added up as desks report; a report is no fact, since nobody decides anything by it and there are two a minute.

CREATE TABLE focus_times (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    ms bigint NOT NULL CONSTRAINT focus_times_ms CHECK (ms > 0),
    CONSTRAINT focus_times_pkey PRIMARY KEY (organization_id, conversation_id, agent_id, since),
    CONSTRAINT focus_times_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX focus_times_since ON focus_times (since);

-- Until when each has reported, by the server's clock: no moment is reported twice.
CREATE TABLE focus_heads (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    agent_id text COLLATE "C" NOT NULL,
    until timestamptz,
    CONSTRAINT focus_heads_pkey PRIMARY KEY (organization_id, agent_id)
);

-- Figures: what is counted, one row each, written by a reader of the journal that holds a position.

CREATE TABLE figure_entries (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    position bigint NOT NULL,
    place smallint NOT NULL,
    counter text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C",
    ms bigint,
    CONSTRAINT figure_entries_pkey PRIMARY KEY (organization_id, position, place)
);
CREATE INDEX figure_entries_at ON figure_entries (organization_id, at);
CREATE INDEX figure_entries_listed ON figure_entries (organization_id, counter, at, position, place);
-- What a conversation came to, and what was spent on it, found by conversation.
CREATE INDEX figure_entries_of ON figure_entries (organization_id, conversation_id)
    WHERE counter LIKE 'closed.%' OR counter IN ('talk', 'wrap_up');

-- When an agent was there, and when they handled something.
CREATE INDEX figure_entries_present ON figure_entries (organization_id, agent_id, at, position, place)
    WHERE counter LIKE 'present.%';
CREATE INDEX figure_entries_stretches ON figure_entries (organization_id, agent_id, at)
    WHERE counter IN ('talk', 'wrap_up');

-- How far the journal has been counted.
CREATE TABLE figure_heads (
    organization_id text COLLATE "C" PRIMARY KEY REFERENCES organizations (id),
    position bigint NOT NULL
);

ALTER TABLE queues ADD COLUMN short_abandon_seconds integer NOT NULL DEFAULT 5
    CONSTRAINT queues_short_abandon CHECK (short_abandon_seconds >= 0);

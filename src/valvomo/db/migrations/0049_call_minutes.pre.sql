-- How ways into calls did, a row for each minute of each: what quality is counted from once a call is over.

CREATE TABLE call_minutes (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    call_id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    part text NOT NULL CHECK (part IN ('customer', 'agent')),
    -- Who had the conversation meanwhile, and in which queue.
    agent_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    samples integer NOT NULL,
    -- The sum over the samples; the others are the worst of them.
    score double precision NOT NULL,
    loss real NOT NULL,
    jitter real NOT NULL,
    round_trip real NOT NULL,
    -- Whether its call has been rated, by a fact.
    rated boolean NOT NULL DEFAULT false,
    CONSTRAINT call_minutes_pkey
        PRIMARY KEY (organization_id, conversation_id, call_id, person_id, agent_id, queue_id, at),
    CONSTRAINT call_minutes_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX call_minutes_unrated ON call_minutes (at) WHERE NOT rated;
CREATE INDEX call_minutes_at ON call_minutes (at);

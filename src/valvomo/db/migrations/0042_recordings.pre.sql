-- Recordings of calls: whether a workstream keeps its calls, and for how many days; what is kept, where, and since when.

ALTER TABLE workstreams
    ADD COLUMN calls_kept text NOT NULL DEFAULT 'off' CHECK (calls_kept IN ('off', 'recording')),
    ADD COLUMN calls_days integer NOT NULL DEFAULT 90 CHECK (calls_days BETWEEN 1 AND 3660);

CREATE TABLE recordings (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    began_at timestamptz NOT NULL,
    -- Going on, kept, or failed; what was removed after its days leaves its row.
    state text NOT NULL DEFAULT 'going' CHECK (state IN ('going', 'kept', 'failed', 'removed')),
    keep_until timestamptz NOT NULL,
    CONSTRAINT recordings_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT recordings_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX recordings_of_conversation ON recordings (organization_id, conversation_id);
CREATE INDEX recordings_due ON recordings (keep_until) WHERE state <> 'removed';

-- What each party has said, a sealed file of its own in the house's storage.
CREATE TABLE recording_tracks (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    recording_id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    part text NOT NULL,
    began real NOT NULL,
    seconds real NOT NULL,
    CONSTRAINT recording_tracks_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT recording_tracks_recording FOREIGN KEY (organization_id, recording_id)
        REFERENCES recordings ON DELETE CASCADE
);
CREATE INDEX recording_tracks_of ON recording_tracks (organization_id, recording_id);

-- What is said in calls, written down: in writing only, or with the sound; as messages of the house, which have no way out.

ALTER TABLE workstreams DROP CONSTRAINT workstreams_calls_kept_check;
ALTER TABLE workstreams ADD CONSTRAINT workstreams_calls_kept_check
    CHECK (calls_kept IN ('off', 'transcript', 'recording')) NOT VALID;

-- What of a call is kept under this: its words alone, or its sound too.
ALTER TABLE recordings ADD COLUMN kept text NOT NULL DEFAULT 'recording' CHECK (kept IN ('transcript', 'recording'));

ALTER TABLE internal_messages DROP CONSTRAINT internal_messages_visibility;
ALTER TABLE internal_messages ADD CONSTRAINT internal_messages_visibility
    CHECK (visibility IN ('internal', 'whisper', 'instruction', 'spoken')) NOT VALID;
-- When it was said, in which recording, and what is known of it.
ALTER TABLE internal_messages ADD COLUMN spoken jsonb;
CREATE INDEX internal_messages_spoken ON internal_messages (organization_id, (spoken ->> 'recording_id'))
    WHERE spoken IS NOT NULL;

-- How writing down goes, beside how measuring does.
ALTER TABLE measuring ADD COLUMN what text COLLATE "C" NOT NULL DEFAULT 'sentiment';
ALTER TABLE measuring DROP CONSTRAINT measuring_pkey;
ALTER TABLE measuring ADD CONSTRAINT measuring_pkey PRIMARY KEY (organization_id, process_id, what);

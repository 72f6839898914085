-- Calls: which process carries one, and what people who come into calls, or leave them, say to it. None of it is a
-- fact: what a call is, is in its conversation.

CREATE TABLE call_carriers (
    process_id text COLLATE "C" NOT NULL CONSTRAINT call_carriers_pkey PRIMARY KEY,
    seen_at timestamptz NOT NULL
);

CREATE TABLE calls (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    call_id text COLLATE "C" NOT NULL,
    process_id text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT calls_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT calls_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX calls_process ON calls (process_id);

CREATE TABLE call_signals (
    id text COLLATE "C" NOT NULL CONSTRAINT call_signals_pkey PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    what text NOT NULL CONSTRAINT call_signals_what CHECK (what IN ('come', 'go', 'mute', 'unmute')),
    offer text NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL,
    process_id text COLLATE "C",
    answer text,
    refusal text,
    why text,
    CONSTRAINT call_signals_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX call_signals_untaken ON call_signals (asked_at) WHERE process_id IS NULL;

-- Into which workstreams customers of a widget call.
ALTER TABLE widgets
    ADD COLUMN voice_to text COLLATE "C",
    ADD COLUMN video_to text COLLATE "C",
    ADD CONSTRAINT widgets_voice_to FOREIGN KEY (organization_id, voice_to) REFERENCES workstreams,
    ADD CONSTRAINT widgets_video_to FOREIGN KEY (organization_id, video_to) REFERENCES workstreams;

-- The widget: its settings by workstream, what customers answer when asked, whom sites have signed, who has read how
-- far, and transcripts that customers had sent to them.

CREATE TABLE widgets (
    organization_id text COLLATE "C" NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    survey jsonb NOT NULL DEFAULT '{}',
    identity text NOT NULL DEFAULT 'off',
    closed_to text COLLATE "C",
    -- What the site signs identities with, sealed; the former one counts until its end.
    secret bytea,
    former bytea,
    former_until timestamptz,
    CONSTRAINT widgets_pkey PRIMARY KEY (organization_id, workstream_id),
    CONSTRAINT widgets_workstream FOREIGN KEY (organization_id, workstream_id) REFERENCES workstreams,
    CONSTRAINT widgets_closed_to FOREIGN KEY (organization_id, closed_to) REFERENCES workstreams
);

-- What customers said in words; their scores are facts.
CREATE TABLE survey_answers (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    score smallint NOT NULL,
    comment text NOT NULL DEFAULT '',
    answers jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL,
    CONSTRAINT survey_answers_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT survey_answers_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);

-- By what name sites know contacts.
CREATE TABLE contact_identities (
    organization_id text COLLATE "C" NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT contact_identities_pkey PRIMARY KEY (organization_id, workstream_id, subject),
    CONSTRAINT contact_identities_contact FOREIGN KEY (organization_id, contact_id) REFERENCES contacts,
    CONSTRAINT contact_identities_workstream FOREIGN KEY (organization_id, workstream_id) REFERENCES workstreams
);
ALTER TABLE customer_tokens ADD COLUMN verified boolean NOT NULL DEFAULT false;

-- Up to which public message each side has read. A report is no fact: nobody decides anything by it.
CREATE TABLE read_marks (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    side text NOT NULL CONSTRAINT read_marks_side CHECK (side IN ('customer', 'house')),
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT read_marks_pkey PRIMARY KEY (organization_id, conversation_id, side),
    CONSTRAINT read_marks_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);

-- Transcripts that customers asked for, so that nobody is sent more than they want.
CREATE TABLE transcript_mails (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    mail_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT transcript_mails_pkey PRIMARY KEY (organization_id, conversation_id, mail_id),
    CONSTRAINT transcript_mails_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE
);

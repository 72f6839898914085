-- Quality: forms in versions that never change, evaluations of conversations, and rules by which they are drawn.
CREATE TABLE evaluation_forms (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT evaluation_forms_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX evaluation_forms_name ON evaluation_forms (organization_id, lower(name));

CREATE TABLE evaluation_form_versions (
    organization_id text COLLATE "C" NOT NULL,
    form_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT evaluation_form_versions_pkey PRIMARY KEY (organization_id, form_id, version),
    CONSTRAINT evaluation_form_versions_form FOREIGN KEY (organization_id, form_id) REFERENCES evaluation_forms
);

-- `percent_to` is up to when conversations were drawn by percentage, `week_to` the beginning of the first week that was
-- not drawn from yet.
CREATE TABLE sampling_rules (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    form_id text COLLATE "C" NOT NULL,
    body jsonb NOT NULL,
    percent_to timestamptz NOT NULL,
    week_to timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT sampling_rules_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT sampling_rules_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues ON DELETE CASCADE,
    CONSTRAINT sampling_rules_form FOREIGN KEY (organization_id, form_id) REFERENCES evaluation_forms
);
CREATE UNIQUE INDEX sampling_rules_name ON sampling_rules (organization_id, lower(name));

CREATE TABLE evaluations (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C" NOT NULL,
    supervisor_id text COLLATE "C",
    form_id text COLLATE "C" NOT NULL,
    form_version integer NOT NULL,
    stage text NOT NULL,
    answers jsonb NOT NULL DEFAULT '{}',
    comment text NOT NULL DEFAULT '',
    reply text NOT NULL DEFAULT '',
    points double precision,
    failed text[] NOT NULL DEFAULT '{}',
    rule_id text COLLATE "C",
    why jsonb,
    created_at timestamptz NOT NULL,
    submitted_at timestamptz,
    replied_at timestamptz,
    closed_at timestamptz,
    CONSTRAINT evaluations_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT evaluations_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE,
    CONSTRAINT evaluations_form FOREIGN KEY (organization_id, form_id, form_version)
        REFERENCES evaluation_form_versions,
    CONSTRAINT evaluations_drawn UNIQUE (organization_id, rule_id, conversation_id)
);
CREATE INDEX evaluations_agent ON evaluations (organization_id, agent_id, id);
CREATE INDEX evaluations_by_conversation ON evaluations (organization_id, conversation_id);
CREATE INDEX evaluations_open ON evaluations (organization_id, supervisor_id) WHERE stage = 'draft';

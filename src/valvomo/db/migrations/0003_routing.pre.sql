-- Routing that explains itself: skills, hours, presences, offer templates, overflow, and decisions that are kept.

CREATE TABLE skills (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT skills_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX skills_name ON skills (organization_id, lower(name));

CREATE TABLE agent_skills (
    organization_id text COLLATE "C" NOT NULL,
    agent_id text COLLATE "C" NOT NULL,
    skill_id text COLLATE "C" NOT NULL,
    level integer NOT NULL CONSTRAINT agent_skills_level CHECK (level BETWEEN 1 AND 5),
    CONSTRAINT agent_skills_pkey PRIMARY KEY (organization_id, agent_id, skill_id),
    CONSTRAINT agent_skills_agent FOREIGN KEY (organization_id, agent_id) REFERENCES agents ON DELETE CASCADE,
    CONSTRAINT agent_skills_skill FOREIGN KEY (organization_id, skill_id) REFERENCES skills
);

-- Weekly times in a time zone, public holidays of a region, and days that are different. `weekly` maps weekdays
-- (0 Monday) and `special` dates to spans of minutes from midnight; `region` is empty or such as FI or DE-BY.
CREATE TABLE hours (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    region text NOT NULL DEFAULT '',
    weekly jsonb NOT NULL DEFAULT '{}',
    special jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    CONSTRAINT hours_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX hours_name ON hours (organization_id, lower(name));

-- Custom presences: a name in several languages for one of the presences that the rules know.
CREATE TABLE presences (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    names jsonb NOT NULL DEFAULT '{}',
    presence text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT presences_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX presences_name ON presences (organization_id, lower(name));

-- How agents are asked.
CREATE TABLE templates (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    seconds integer NOT NULL,
    auto_accept boolean NOT NULL DEFAULT false,
    reject_reasons text[] NOT NULL DEFAULT '{}',
    sound boolean NOT NULL DEFAULT true,
    desktop boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    CONSTRAINT templates_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX templates_name ON templates (organization_id, lower(name));

-- What agents can insert with a shortcut; no queue means all queues. `texts` by language.
CREATE TABLE quick_replies (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    queue_id text COLLATE "C",
    texts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT quick_replies_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT quick_replies_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues ON DELETE CASCADE
);
CREATE UNIQUE INDEX quick_replies_name ON quick_replies (organization_id, lower(name), coalesce(queue_id, ''));

-- What a conversation came to; no queue means all queues. `names` by language, `name` is the code.
CREATE TABLE dispositions (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    queue_id text COLLATE "C",
    names jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    CONSTRAINT dispositions_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT dispositions_queue FOREIGN KEY (organization_id, queue_id) REFERENCES queues ON DELETE CASCADE
);
CREATE UNIQUE INDEX dispositions_name ON dispositions (organization_id, lower(name), coalesce(queue_id, ''));

ALTER TABLE agents ADD COLUMN asked_at timestamptz;
ALTER TABLE agents ADD COLUMN hours_id text COLLATE "C";
ALTER TABLE agents ADD COLUMN status_id text COLLATE "C";
ALTER TABLE agents ADD COLUMN restore_status_id text COLLATE "C";
ALTER TABLE agents ADD CONSTRAINT agents_hours FOREIGN KEY (organization_id, hours_id) REFERENCES hours;
ALTER TABLE agents ADD CONSTRAINT agents_status FOREIGN KEY (organization_id, status_id) REFERENCES presences;
ALTER TABLE agents ADD CONSTRAINT agents_restore_status FOREIGN KEY (organization_id, restore_status_id)
    REFERENCES presences ON DELETE SET NULL (restore_status_id);

ALTER TABLE queues ADD COLUMN method text NOT NULL DEFAULT 'free_capacity';
ALTER TABLE queues ADD COLUMN match text NOT NULL DEFAULT 'closest';
ALTER TABLE queues ADD COLUMN hours_id text COLLATE "C";
ALTER TABLE queues ADD COLUMN overflow jsonb NOT NULL DEFAULT '[]';
ALTER TABLE queues ADD CONSTRAINT queues_hours FOREIGN KEY (organization_id, hours_id) REFERENCES hours;

ALTER TABLE workstreams ADD COLUMN queue_rules jsonb NOT NULL DEFAULT '[]';
ALTER TABLE workstreams ADD COLUMN skill_rules jsonb NOT NULL DEFAULT '[]';
ALTER TABLE workstreams ADD COLUMN affinity boolean NOT NULL DEFAULT true;
ALTER TABLE workstreams ADD COLUMN template_id text COLLATE "C";
ALTER TABLE workstreams ADD CONSTRAINT workstreams_template FOREIGN KEY (organization_id, template_id)
    REFERENCES templates;

-- Every decision of the router, with the facts that it rests on, so that it can be explained and made again.
-- `like_id` is the decision of the same moment whose facts hold for this one too; `rules` is the journal position of
-- the last change of settings, `algorithm` the version of the rules in the program.
CREATE TABLE decisions (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    agent_id text COLLATE "C",
    cause text,
    rules bigint NOT NULL,
    algorithm integer NOT NULL,
    like_id text COLLATE "C",
    body jsonb,
    CONSTRAINT decisions_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX decisions_conversation ON decisions (organization_id, conversation_id, at);
CREATE INDEX decisions_at ON decisions (at);
CREATE INDEX facts_settings ON facts (organization_id, position) WHERE kind = 'setting_changed';
CREATE INDEX queue_members_user ON queue_members (organization_id, user_id);
CREATE INDEX conversations_closed_queue ON conversations (organization_id, queue_id, closed_at) WHERE state = 'closed';

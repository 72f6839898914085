-- Alert rules, what they raised, and letters by e-mail.

CREATE TABLE alert_rules (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    name text NOT NULL,
    conditions jsonb NOT NULL,
    queues text[] NOT NULL DEFAULT '{}',
    quiet_hours_id text COLLATE "C",
    cool_down integer NOT NULL DEFAULT 600,
    assign_to text COLLATE "C",
    sound boolean NOT NULL DEFAULT true,
    emails text[] NOT NULL DEFAULT '{}',
    webhook boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    CONSTRAINT alert_rules_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT alert_rules_quiet_hours FOREIGN KEY (organization_id, quiet_hours_id) REFERENCES hours,
    CONSTRAINT alert_rules_assign_to FOREIGN KEY (organization_id, assign_to) REFERENCES users
);
CREATE UNIQUE INDEX alert_rules_name ON alert_rules (organization_id, lower(name));

-- One row for each alert; at most one that is not cleared for each rule and what it is about.
CREATE TABLE alerts (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    rule_id text COLLATE "C" NOT NULL,
    rule_name text NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C",
    about text COLLATE "C" NOT NULL,
    sound boolean NOT NULL,
    raised_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text COLLATE "C",
    assigned_to text COLLATE "C",
    cleared_at timestamptz,
    cleared_as text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT alerts_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX alerts_open ON alerts (organization_id, rule_id, about) WHERE cleared_at IS NULL;
CREATE INDEX alerts_about ON alerts (organization_id, rule_id, about, raised_at);

-- Letters by e-mail to people of the house, written with the facts that cause them, sent by a job.
CREATE TABLE mails (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    due timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    given_up_at timestamptz,
    problem text,
    CONSTRAINT mails_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX mails_due ON mails (due) WHERE sent_at IS NULL AND given_up_at IS NULL;

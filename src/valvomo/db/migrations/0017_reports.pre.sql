-- Files of exported figures, in pieces, for an hour; and reports that are sent by mail at their times.

CREATE TABLE figure_exports (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT figure_exports_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX figure_exports_at ON figure_exports (at);

CREATE TABLE figure_export_parts (
    organization_id text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT figure_export_parts_pkey PRIMARY KEY (organization_id, export_id, number),
    CONSTRAINT figure_export_parts_export FOREIGN KEY (organization_id, export_id) REFERENCES figure_exports
        ON DELETE CASCADE
);

-- A report is made as its owner sees it. `every` is day, week (on Mondays) or month (on the first), at so many minutes
-- after midnight by the organization's clock; it is about the whole days, weeks or months before.
CREATE TABLE report_schedules (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    owner_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    every text NOT NULL CONSTRAINT report_schedules_every CHECK (every IN ('day', 'week', 'month')),
    minute integer NOT NULL CONSTRAINT report_schedules_minute CHECK (minute BETWEEN 0 AND 1439),
    recipients text[] NOT NULL,
    queues text[] NOT NULL DEFAULT '{}',
    language text NOT NULL,
    purpose text NOT NULL,
    due timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT report_schedules_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT report_schedules_owner FOREIGN KEY (organization_id, owner_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX report_schedules_due ON report_schedules (due);

-- A letter may carry a file.
ALTER TABLE mails ADD COLUMN file_name text, ADD COLUMN file bytea;

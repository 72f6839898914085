-- What an organization wants of insight: the back end for sentiment, whether language is detected, redaction.
ALTER TABLE organizations ADD COLUMN insight jsonb NOT NULL DEFAULT '{}';

-- How measuring goes, by process: what measures, what waits and for how long. Of no worth after a crash.
CREATE UNLOGGED TABLE measuring (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    process_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    backend text NOT NULL,
    waiting integer NOT NULL,
    lag_ms integer NOT NULL,
    measured bigint NOT NULL,
    skipped bigint NOT NULL,
    CONSTRAINT measuring_pkey PRIMARY KEY (organization_id, process_id)
);

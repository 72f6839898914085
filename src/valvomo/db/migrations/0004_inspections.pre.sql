-- How far each organization has been proved, and what was wrong there: `by` the server's inspector, or an operator's
-- `verify`. A checkpoint is worth what its hash is: it must be that of the fact it names.
CREATE TABLE inspections (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    by text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    report jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT inspections_pkey PRIMARY KEY (organization_id, by)
);

-- What one process at a time does, and until when it is that process's without being asked for again.
CREATE TABLE leases (
    name text COLLATE "C" PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    until timestamptz NOT NULL
);

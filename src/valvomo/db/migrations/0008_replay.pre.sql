-- The floor as it was: what facts had made of it, kept every few thousand of them, so that any moment of the past is the
-- nearest of these and the facts after it. `at` is the time of the latest fact up to `position`, `form` how it is written.
CREATE TABLE replay_snapshots (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    form integer NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT replay_snapshots_pkey PRIMARY KEY (organization_id, position)
);
-- It is compressed already.
ALTER TABLE replay_snapshots ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX replay_snapshots_at ON replay_snapshots (organization_id, at, position);

-- How much happened when: facts in slots of five minutes, by queue (empty where it was in none), of every kind together
-- (empty) and of each that a timeline marks.
CREATE TABLE replay_activity (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    slot timestamptz NOT NULL,
    queue_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    facts integer NOT NULL,
    first_at timestamptz NOT NULL,
    CONSTRAINT replay_activity_pkey PRIMARY KEY (organization_id, slot, queue_id, kind)
);

-- What a house says about attention, and what nine of ten conversations of a queue take at most.

ALTER TABLE organizations ADD COLUMN attention jsonb NOT NULL DEFAULT '{}';
ALTER TABLE queues ADD COLUMN usual_handle_seconds real;

-- How far jobs have read the journal: what they do about a fact they do once, also across a restart.
CREATE TABLE journal_readers (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    name text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT journal_readers_pkey PRIMARY KEY (organization_id, name)
);

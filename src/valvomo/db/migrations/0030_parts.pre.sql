-- Parts: what the provider has of a message that is several there, each with a state of its own. What it has taken is not
-- given to it again.
CREATE TABLE dispatch_parts (
    organization_id text COLLATE "C" NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    place integer NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    state text NOT NULL,
    provider_id text COLLATE "C",
    problem text,
    detail text,
    sent_at timestamptz,
    CONSTRAINT dispatch_parts_pkey PRIMARY KEY (organization_id, message_id, place),
    CONSTRAINT dispatch_parts_dispatch FOREIGN KEY (organization_id, message_id) REFERENCES dispatches
        ON DELETE CASCADE
);
CREATE INDEX dispatch_parts_provider ON dispatch_parts (organization_id, account_id, provider_id)
    WHERE provider_id IS NOT NULL;

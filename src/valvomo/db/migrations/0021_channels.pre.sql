-- Channels: accounts at providers, what came in from there and what has to go out, and by what customers are known.

-- `settings` may be shown again; `secrets` are sealed with the house's key and never are. Which process sends for an
-- account stands in `sender_id`, until `sender_until`. `seen` is what is known of its health, `cursor` how far a process
-- has read where a provider is asked rather than calls.
CREATE TABLE channel_accounts (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    settings jsonb NOT NULL,
    secrets bytea NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    seen jsonb NOT NULL DEFAULT '{}',
    cursor jsonb NOT NULL DEFAULT '{}',
    sender_id text,
    sender_until timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT channel_accounts_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT channel_accounts_workstream FOREIGN KEY (organization_id, workstream_id) REFERENCES workstreams
);
-- The id alone is what a provider calls.
CREATE UNIQUE INDEX channel_accounts_id ON channel_accounts (id);
CREATE UNIQUE INDEX channel_accounts_name ON channel_accounts (organization_id, lower(name));
CREATE INDEX channel_accounts_by_workstream ON channel_accounts (organization_id, workstream_id);

-- What providers told us, kept before they are answered; `key` is the provider's own id of it, so a repeat adds nothing.
CREATE TABLE arrivals (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    kind text NOT NULL CONSTRAINT arrivals_kind CHECK (kind IN ('message', 'status')),
    address text COLLATE "C" NOT NULL,
    body jsonb NOT NULL,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    due timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    given_up_at timestamptz,
    problem text,
    trace text,
    CONSTRAINT arrivals_pkey PRIMARY KEY (organization_id, account_id, key),
    CONSTRAINT arrivals_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts ON DELETE CASCADE
);
CREATE INDEX arrivals_due ON arrivals (due) WHERE done_at IS NULL AND given_up_at IS NULL;
CREATE INDEX arrivals_thread ON arrivals (organization_id, account_id, kind, address, sent_at, key)
    WHERE done_at IS NULL AND given_up_at IS NULL;
CREATE INDEX arrivals_given_up ON arrivals (organization_id, account_id, given_up_at) WHERE given_up_at IS NOT NULL;
CREATE INDEX arrivals_old ON arrivals (received_at);

-- One customer's address at one account: with whom, in which conversation (the newest), and when they last wrote.
CREATE TABLE channel_threads (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C",
    conversation_id text COLLATE "C",
    name text NOT NULL DEFAULT '',
    last_inbound_at timestamptz,
    cursor jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    CONSTRAINT channel_threads_pkey PRIMARY KEY (organization_id, account_id, address),
    CONSTRAINT channel_threads_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts,
    CONSTRAINT channel_threads_contact FOREIGN KEY (organization_id, contact_id) REFERENCES contacts
);
CREATE INDEX channel_threads_by_contact ON channel_threads (organization_id, contact_id);

-- Where the public messages of a conversation go.
CREATE TABLE channel_conversations (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    CONSTRAINT channel_conversations_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT channel_conversations_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations,
    CONSTRAINT channel_conversations_thread FOREIGN KEY (organization_id, account_id, address)
        REFERENCES channel_threads (organization_id, account_id, address)
);
CREATE INDEX channel_conversations_by_thread ON channel_conversations (organization_id, account_id, address);

-- By what a customer is known over channels: only what a provider vouches for.
CREATE TABLE identities (
    organization_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    verified_by text NOT NULL,
    verified_at timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (organization_id, kind, value),
    CONSTRAINT identities_contact FOREIGN KEY (organization_id, contact_id) REFERENCES contacts
);
CREATE INDEX identities_by_contact ON identities (organization_id, contact_id);

-- What must leave: one for each public message of the house in a conversation with an account, written with it.
-- `place` is the order in which they go; `begun_at` stands from before a sending until its outcome is known; `text` is
-- what the house itself says where there is no message.
CREATE TABLE dispatches (
    organization_id text COLLATE "C" NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint,
    address text COLLATE "C" NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    text text,
    state text NOT NULL,
    provider_id text COLLATE "C",
    due timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    begun_at timestamptz,
    possibly_repeated boolean NOT NULL DEFAULT false,
    problem text,
    detail text,
    dropped_at timestamptz,
    created_at timestamptz NOT NULL,
    trace text,
    CONSTRAINT dispatches_pkey PRIMARY KEY (organization_id, message_id),
    CONSTRAINT dispatches_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts,
    CONSTRAINT dispatches_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
);
CREATE INDEX dispatches_due ON dispatches (due) WHERE state = 'queued';
CREATE INDEX dispatches_thread ON dispatches (organization_id, account_id, address, place) WHERE state = 'queued';
CREATE INDEX dispatches_provider ON dispatches (organization_id, account_id, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX dispatches_failed ON dispatches (organization_id, account_id, place)
    WHERE state = 'failed' AND dropped_at IS NULL;
CREATE INDEX dispatches_by_conversation ON dispatches (organization_id, conversation_id, seq);

-- How far a message has come on its way to the customer; NULL where it goes no such way.
ALTER TABLE public_messages ADD COLUMN delivery text, ADD COLUMN delivery_problem text;

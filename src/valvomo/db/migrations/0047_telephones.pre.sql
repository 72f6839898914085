-- Telephones: which trunk and process has the call of a conversation, and over which account a workstream calls back. What
-- a telephone is to a conversation is in the conversation; this only says who is to hang it up.

CREATE TABLE telephones (
    organization_id text COLLATE "C" NOT NULL,
    -- The call of the conversation.
    call_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    -- What the trunk calls it.
    trunk_call text COLLATE "C" NOT NULL,
    number text NOT NULL,
    -- Nobody's yet, while it is to be dialled.
    process_id text COLLATE "C",
    asked_at timestamptz NOT NULL,
    CONSTRAINT telephones_pkey PRIMARY KEY (organization_id, call_id),
    CONSTRAINT telephones_conversation FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversations ON DELETE CASCADE,
    CONSTRAINT telephones_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts
);
CREATE UNIQUE INDEX telephones_trunk_call ON telephones (organization_id, account_id, trunk_call);
CREATE INDEX telephones_of_conversation ON telephones (organization_id, conversation_id);
CREATE INDEX telephones_of_process ON telephones (process_id);

-- Which process holds an account that is open in one at a time.
CREATE TABLE trunk_holders (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    process_id text COLLATE "C" NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT trunk_holders_pkey PRIMARY KEY (organization_id, account_id),
    CONSTRAINT trunk_holders_account FOREIGN KEY (organization_id, account_id)
        REFERENCES channel_accounts ON DELETE CASCADE
);

-- What is said to a call may be keys that are to be pressed for it, or where it is to be connected.
ALTER TABLE call_signals DROP CONSTRAINT call_signals_what;
ALTER TABLE call_signals ADD CONSTRAINT call_signals_what
    CHECK (what IN ('come', 'go', 'mute', 'unmute', 'keys', 'forward'));

-- Over which account customers who wait in a call are called back; nobody is where there is none.
ALTER TABLE workstreams ADD COLUMN callback_account_id text COLLATE "C";
ALTER TABLE workstreams ADD CONSTRAINT workstreams_callback_account FOREIGN KEY (organization_id, callback_account_id)
    REFERENCES channel_accounts;

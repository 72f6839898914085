-- Threads of which a customer has several at a time: to which one belongs what refers to a message of it.
CREATE TABLE channel_references (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    thread text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT channel_references_pkey PRIMARY KEY (organization_id, account_id, reference),
    CONSTRAINT channel_references_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts
        ON DELETE CASCADE
);

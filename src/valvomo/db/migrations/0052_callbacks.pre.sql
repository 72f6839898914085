-- Callbacks that were asked for lately: anybody may ask for one, so that there are limits. Kept for an hour.

CREATE TABLE callbacks (
    organization_id text COLLATE "C" NOT NULL,
    -- The call that it is to be.
    call_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    number text NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT callbacks_pkey PRIMARY KEY (organization_id, call_id),
    CONSTRAINT callbacks_account FOREIGN KEY (organization_id, account_id)
        REFERENCES channel_accounts ON DELETE CASCADE
);
CREATE INDEX callbacks_of_account ON callbacks (organization_id, account_id, asked_at);
CREATE INDEX callbacks_asked_at ON callbacks (asked_at);

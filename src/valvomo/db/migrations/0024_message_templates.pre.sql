-- Templates: texts that a provider has approved, as it had them when the account was last looked at.
CREATE TABLE message_templates (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT message_templates_pkey PRIMARY KEY (organization_id, account_id, name, language),
    CONSTRAINT message_templates_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts
        ON DELETE CASCADE
);

-- `filled` is the template that a dispatch is sent as, NULL for free text. `sent_at` is when the sending began that the
-- provider took, by which reports about everything up to a moment are judged.
ALTER TABLE dispatches ADD COLUMN filled jsonb, ADD COLUMN sent_at timestamptz;

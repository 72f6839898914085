-- Over which account of e-mail customers get answers to what they have left while nobody served.
ALTER TABLE widgets ADD COLUMN answers_by text COLLATE "C",
    ADD CONSTRAINT widgets_answers_by FOREIGN KEY (organization_id, answers_by) REFERENCES channel_accounts
        ON DELETE SET NULL (answers_by);

-- To whom answers in a conversation go by mail, if they have not read them by `due`; `mailed` is the newest that has gone.
CREATE TABLE answer_mails (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    mailed bigint NOT NULL DEFAULT 0,
    due timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT answer_mails_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT answer_mails_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE,
    CONSTRAINT answer_mails_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts
        ON DELETE CASCADE
);
CREATE INDEX answer_mails_due ON answer_mails (due) WHERE due IS NOT NULL;
CREATE INDEX answer_mails_by_account ON answer_mails (organization_id, account_id);

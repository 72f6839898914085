-- What customers' mails looked like, cleaned when they came. `remote`: so many pictures of it are elsewhere, and are never
-- fetched; `cut`: it is the beginning of something longer.
CREATE TABLE message_html (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    html text NOT NULL,
    remote integer NOT NULL,
    cut boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT message_html_pkey PRIMARY KEY (organization_id, message_id),
    CONSTRAINT message_html_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE
);
CREATE INDEX message_html_by_conversation ON message_html (organization_id, conversation_id);

-- Whether there is any of a message. Null where there never was.
ALTER TABLE public_messages ADD COLUMN html boolean;

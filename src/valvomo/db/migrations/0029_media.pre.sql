-- Files that came with customers' messages over channels. `ref` is by what the provider gives one out; `content` are its
-- bytes where they came with the message, until they are kept as any other file. A row is `waiting` until its message is
-- taken in, and then known by the message; `upload_id` is what was made of it, which is an attachment once `fetched`.
CREATE TABLE channel_media (
    organization_id text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    place integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint,
    content bytea,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT channel_media_state
        CHECK (state IN ('waiting', 'fetching', 'fetched', 'failed')),
    problem text,
    detail text,
    conversation_id text COLLATE "C",
    message_id text COLLATE "C",
    seq bigint,
    upload_id text COLLATE "C",
    due timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT channel_media_pkey PRIMARY KEY (organization_id, account_id, key, place),
    CONSTRAINT channel_media_id UNIQUE (organization_id, id),
    CONSTRAINT channel_media_account FOREIGN KEY (organization_id, account_id) REFERENCES channel_accounts
        ON DELETE CASCADE,
    CONSTRAINT channel_media_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE
);
CREATE INDEX channel_media_due ON channel_media (due) WHERE state = 'fetching';
CREATE INDEX channel_media_by_message ON channel_media (organization_id, conversation_id, seq);

-- What came with a message and is none of its attachments: not yet, or not at all. Null where nothing ever did.
ALTER TABLE public_messages ADD COLUMN media jsonb;

-- A message in a line: its words, or where there are none the names of what it has with it or is to have.
CREATE FUNCTION said(words text, attachments jsonb, media jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN words <> '' THEN words
        ELSE said('', coalesce(attachments, '[]'::jsonb) || coalesce(media, '[]'::jsonb)) END
$$;

-- What somebody has brought to send with a message. Its bytes are kept elsewhere, in a place made of its ids.
CREATE TABLE attachments (
    organization_id text COLLATE "C" NOT NULL REFERENCES organizations (id),
    id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    author_id text COLLATE "C" NOT NULL,
    side text NOT NULL CONSTRAINT attachments_side CHECK (side IN ('house', 'customer')),
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    digest text COLLATE "C" NOT NULL DEFAULT '',
    width integer,
    height integer,
    progress text NOT NULL CONSTRAINT attachments_progress
        CHECK (progress IN ('arriving', 'scanning', 'ready', 'refused')),
    problem text,
    -- The message that has taken it, and its number; none yet.
    message_id text COLLATE "C",
    seq bigint,
    created_at timestamptz NOT NULL,
    due timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    CONSTRAINT attachments_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT attachments_taken CHECK ((message_id IS NULL) = (seq IS NULL) AND (seq IS NULL OR progress = 'ready')),
    CONSTRAINT attachments_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE
);
CREATE INDEX attachments_by_conversation ON attachments (organization_id, conversation_id, seq);
CREATE INDEX attachments_due ON attachments (due) WHERE progress = 'scanning';
CREATE INDEX attachments_free ON attachments (created_at) WHERE message_id IS NULL;

-- Bytes that no row speaks of any more, to be removed where they are kept: whoever deletes a row need not know how.
CREATE TABLE discarded_files (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT discarded_files_pkey PRIMARY KEY (organization_id, id)
);

CREATE FUNCTION discard_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO discarded_files (organization_id, id) SELECT organization_id, id FROM gone ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER attachments_discard AFTER DELETE ON attachments REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION discard_files();

-- What a message has with it, apart like the words: in the row that the customer can read, or in the house's own.
-- Null is nothing: a release before this one writes none.
ALTER TABLE public_messages ADD COLUMN attachments jsonb;
ALTER TABLE internal_messages ADD COLUMN attachments jsonb;

-- A message in a line: its words, or the names of what it has with it where there are none.
CREATE FUNCTION said(words text, attachments jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN words <> '' OR attachments IS NULL THEN words ELSE coalesce((
        SELECT string_agg(one ->> 'name', ', ' ORDER BY place)
        FROM jsonb_array_elements(attachments) WITH ORDINALITY AS each (one, place)), '') END
$$;

-- What each side may send here, and how much; null is what is usual.
ALTER TABLE workstreams ADD COLUMN attachments jsonb;

-- Records: the forms of workstreams, the keys that other systems know records by, links, and files that are read in.

CREATE TABLE record_forms (
    organization_id text COLLATE "C" NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT record_forms_pkey PRIMARY KEY (organization_id, workstream_id),
    CONSTRAINT record_forms_workstream FOREIGN KEY (organization_id, workstream_id) REFERENCES workstreams
        ON DELETE CASCADE
);

-- One record for each key of another system, in each workstream: whoever comes again with the key finds it.
CREATE TABLE record_keys (
    organization_id text COLLATE "C" NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    CONSTRAINT record_keys_pkey PRIMARY KEY (organization_id, workstream_id, key),
    CONSTRAINT record_keys_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX record_keys_by_conversation ON record_keys (organization_id, conversation_id);

CREATE TABLE record_links (
    organization_id text COLLATE "C" NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    other_id text COLLATE "C" NOT NULL,
    by_id text COLLATE "C" NOT NULL,
    by_name text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT record_links_pkey PRIMARY KEY (organization_id, record_id, other_id),
    CONSTRAINT record_links_record FOREIGN KEY (organization_id, record_id) REFERENCES conversations,
    CONSTRAINT record_links_other FOREIGN KEY (organization_id, other_id) REFERENCES conversations
);
CREATE INDEX record_links_by_other ON record_links (organization_id, other_id);

-- A file of records: `state` is read, checking, checked, running, done or cancelled; `place` is the last line that
-- has been checked or read in.
CREATE TABLE record_imports (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    workstream_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    by_id text COLLATE "C" NOT NULL,
    by_name text NOT NULL,
    created_at timestamptz NOT NULL,
    columns text[] NOT NULL,
    mapping jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'read',
    place integer NOT NULL DEFAULT 0,
    total integer NOT NULL,
    good integer NOT NULL DEFAULT 0,
    bad integer NOT NULL DEFAULT 0,
    made integer NOT NULL DEFAULT 0,
    known integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    CONSTRAINT record_imports_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT record_imports_workstream FOREIGN KEY (organization_id, workstream_id) REFERENCES workstreams
        ON DELETE CASCADE
);
CREATE INDEX record_imports_under_way ON record_imports (created_at) WHERE state IN ('checking', 'running');

-- `state` of a line: new, good, bad, made, known, failed.
CREATE TABLE record_import_lines (
    organization_id text COLLATE "C" NOT NULL,
    import_id text COLLATE "C" NOT NULL,
    line integer NOT NULL,
    cells jsonb NOT NULL,
    state text NOT NULL DEFAULT 'new',
    key text COLLATE "C",
    problems jsonb NOT NULL DEFAULT '[]',
    record_id text COLLATE "C",
    CONSTRAINT record_import_lines_pkey PRIMARY KEY (organization_id, import_id, line),
    CONSTRAINT record_import_lines_import FOREIGN KEY (organization_id, import_id) REFERENCES record_imports
        ON DELETE CASCADE
);
CREATE INDEX record_import_lines_by_state ON record_import_lines (organization_id, import_id, state, line);
CREATE INDEX record_import_lines_by_key ON record_import_lines (organization_id, import_id, key, line)
    WHERE key IS NOT NULL;

CREATE INDEX conversations_records ON conversations (organization_id, created_at DESC, id DESC)
    WHERE channel = 'record';

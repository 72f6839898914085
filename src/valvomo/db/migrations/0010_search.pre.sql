-- Words of messages for searching, written by a job that follows the journal, never by the message lane. Public and
-- internal ones are apart, as the messages are, and go with them.

-- The dictionary of a language, by its code; words of others are taken as they are.
CREATE FUNCTION search_dictionary(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE RETURN (
    CASE left(lower(language), 2)
        WHEN 'en' THEN 'pg_catalog.english' WHEN 'fi' THEN 'pg_catalog.finnish' WHEN 'sv' THEN 'pg_catalog.swedish'
        WHEN 'de' THEN 'pg_catalog.german' WHEN 'fr' THEN 'pg_catalog.french' WHEN 'es' THEN 'pg_catalog.spanish'
        ELSE 'pg_catalog.simple' END)::regconfig;

-- What stands beside a text's words: whose it is and of which dictionary its words are. Asked for with every search, so
-- that an index that many organizations share is read as if each had its own.
CREATE FUNCTION search_marks(organization_id text, dictionary regconfig) RETURNS tsvector LANGUAGE sql IMMUTABLE RETURN
    array_to_tsvector(ARRAY[chr(1) || organization_id, chr(1) || organization_id || ' ' || dictionary::oid]);

-- A text's words: by the dictionary of its language, and as they are, so that what was written exactly so is always found.
CREATE FUNCTION search_words(organization_id text, dictionary regconfig, text text) RETURNS tsvector LANGUAGE sql
IMMUTABLE RETURN search_marks(organization_id, dictionary) || to_tsvector(dictionary, text)
    || to_tsvector('pg_catalog.simple'::regconfig, text);

-- What is asked for in one dictionary; nothing where that holds all of it for mere particles.
CREATE FUNCTION search_part(organization_id text, dictionary regconfig, words text) RETURNS tsquery LANGUAGE sql
IMMUTABLE RETURN CASE WHEN numnode(websearch_to_tsquery(dictionary, words)) > 0
    THEN quote_literal(chr(1) || organization_id || ' ' || dictionary::oid)::tsquery
        && websearch_to_tsquery(dictionary, words)
    ELSE ''::tsquery END;

-- What is asked for as it is written: of all texts; only of those without a dictionary where words are ruled out, which
-- a dictionary knows in all their forms.
CREATE FUNCTION search_as_written(organization_id text, words text) RETURNS tsquery LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN strpos(websearch_to_tsquery('pg_catalog.simple', words)::text, '!') > 0
    THEN search_part(organization_id, 'pg_catalog.simple', words)
    ELSE quote_literal(chr(1) || organization_id)::tsquery && websearch_to_tsquery('pg_catalog.simple', words) END;

-- What is asked for, in every dictionary, each of the texts of its language, and as it is written, of all.
CREATE FUNCTION search_query(organization_id text, words text) RETURNS tsquery LANGUAGE sql IMMUTABLE RETURN
    search_as_written(organization_id, words)
    || search_part(organization_id, 'pg_catalog.english', words)
    || search_part(organization_id, 'pg_catalog.finnish', words)
    || search_part(organization_id, 'pg_catalog.swedish', words)
    || search_part(organization_id, 'pg_catalog.german', words)
    || search_part(organization_id, 'pg_catalog.french', words)
    || search_part(organization_id, 'pg_catalog.spanish', words);

CREATE TABLE public_words (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    dictionary regconfig NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT public_words_pkey PRIMARY KEY (organization_id, conversation_id, seq),
    CONSTRAINT public_words_message FOREIGN KEY (organization_id, conversation_id, seq) REFERENCES public_messages
        ON DELETE CASCADE
);
CREATE INDEX public_words_words ON public_words USING gin (words);
CREATE INDEX public_words_at ON public_words (organization_id, at, conversation_id, seq);

CREATE TABLE internal_words (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    dictionary regconfig NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT internal_words_pkey PRIMARY KEY (organization_id, conversation_id, seq),
    CONSTRAINT internal_words_message FOREIGN KEY (organization_id, conversation_id, seq) REFERENCES internal_messages
        ON DELETE CASCADE
);
CREATE INDEX internal_words_words ON internal_words USING gin (words);
CREATE INDEX internal_words_at ON internal_words (organization_id, at, conversation_id, seq);

-- How far each organization's journal has been read for words.
CREATE TABLE search_positions (
    organization_id text COLLATE "C" PRIMARY KEY REFERENCES organizations (id),
    position bigint NOT NULL
);

-- Words of messages for searching, written by a job that follows the journal, never by the message lane. Public and
-- internal ones are apart, as the messages are, and go with them.

-- What is kept beside words is the code of their language and never the dictionary itself: what that is called inside of a
-- server is another thing in every other.

-- The code of a language that there is a dictionary of; of the others, "und" as they say of what is undetermined.
CREATE FUNCTION search_language(language text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN left(lower(language), 2) IN ('en', 'fi', 'sv', 'de', 'fr', 'es') THEN left(lower(language), 2)
        ELSE 'und' END;

-- The dictionary of such a code; words of others are taken as they are.
CREATE FUNCTION search_dictionary(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE RETURN (
    CASE language
        WHEN 'en' THEN 'pg_catalog.english' WHEN 'fi' THEN 'pg_catalog.finnish' WHEN 'sv' THEN 'pg_catalog.swedish'
        WHEN 'de' THEN 'pg_catalog.german' WHEN 'fr' THEN 'pg_catalog.french' WHEN 'es' THEN 'pg_catalog.spanish'
        ELSE 'pg_catalog.simple' END)::regconfig;

-- What stands beside a text's words: whose it is and of which language its words are. Asked for with every search, so
-- that an index that many organizations share is read as if each had its own.
CREATE FUNCTION search_marks(organization_id text, language text) RETURNS tsvector LANGUAGE sql IMMUTABLE RETURN
    array_to_tsvector(ARRAY[chr(1) || organization_id, chr(1) || organization_id || ' ' || language]);

-- A text's words: by the dictionary of its language, and as they are, so that what was written exactly so is always found.
CREATE FUNCTION search_words(organization_id text, language text, text text) RETURNS tsvector LANGUAGE sql
IMMUTABLE RETURN search_marks(organization_id, language) || to_tsvector(search_dictionary(language), text)
    || to_tsvector('pg_catalog.simple'::regconfig, text);

-- What is asked for in one language; nothing where its dictionary holds all of it for mere particles.
CREATE FUNCTION search_part(organization_id text, language text, words text) RETURNS tsquery LANGUAGE sql
IMMUTABLE RETURN CASE WHEN numnode(websearch_to_tsquery(search_dictionary(language), words)) > 0
    THEN quote_literal(chr(1) || organization_id || ' ' || language)::tsquery
        && websearch_to_tsquery(search_dictionary(language), words)
    ELSE ''::tsquery END;

-- What is asked for as it is written: of all texts; only of those without a dictionary where words are ruled out, which
-- a dictionary knows in all their forms.
CREATE FUNCTION search_as_written(organization_id text, words text) RETURNS tsquery LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN strpos(websearch_to_tsquery('pg_catalog.simple', words)::text, '!') > 0
    THEN search_part(organization_id, 'und', words)
    ELSE quote_literal(chr(1) || organization_id)::tsquery && websearch_to_tsquery('pg_catalog.simple', words) END;

-- What is asked for, in every language, each of the texts of it, and as it is written, of all.
CREATE FUNCTION search_query(organization_id text, words text) RETURNS tsquery LANGUAGE sql IMMUTABLE RETURN
    search_as_written(organization_id, words)
    || search_part(organization_id, 'en', words)
    || search_part(organization_id, 'fi', words)
    || search_part(organization_id, 'sv', words)
    || search_part(organization_id, 'de', words)
    || search_part(organization_id, 'fr', words)
    || search_part(organization_id, 'es', words);

CREATE TABLE public_words (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    language text COLLATE "C" NOT NULL,
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
    language text COLLATE "C" NOT NULL,
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

-- Conversations whose language is known better now: words from a number on are to be made anew.
CREATE TABLE search_again (
    organization_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT search_again_pkey PRIMARY KEY (organization_id, conversation_id),
    CONSTRAINT search_again_conversation FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations
        ON DELETE CASCADE
);

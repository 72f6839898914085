-- What is known of a contact beside the name, and into which other contact it has been merged. Nothing else moves
-- with a merge: conversations, tokens and identities stay with the contact that they came to.
ALTER TABLE contacts
    ADD COLUMN company text NOT NULL DEFAULT '',
    ADD COLUMN language text NOT NULL DEFAULT '',
    ADD COLUMN about text NOT NULL DEFAULT '',
    ADD COLUMN revision integer NOT NULL DEFAULT 0,
    ADD COLUMN merged_into text COLLATE "C",
    ADD COLUMN merged_at timestamptz,
    ADD COLUMN merged_by text;
ALTER TABLE contacts ADD CONSTRAINT contacts_merged FOREIGN KEY (organization_id, merged_into) REFERENCES contacts;
CREATE INDEX contacts_by_merge ON contacts (organization_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contacts_words ON contacts USING gin (
    to_tsvector('simple', name || ' ' || coalesce(email, '') || ' ' || company)
);

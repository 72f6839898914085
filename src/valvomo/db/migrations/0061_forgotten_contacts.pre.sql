-- Customers are forgotten: `forgotten_at` says since when nothing is known of a contact but that there was one,
-- `emptied_at` since when nothing that was written with them is left either.
ALTER TABLE contacts ADD COLUMN forgotten_at timestamptz, ADD COLUMN emptied_at timestamptz;
CREATE INDEX contacts_emptying ON contacts (organization_id, forgotten_at)
    WHERE forgotten_at IS NOT NULL AND emptied_at IS NULL;

-- In the order in which those are looked for with whom nothing has been going on for long.
CREATE INDEX contacts_kept ON contacts (organization_id, created_at, id) WHERE forgotten_at IS NULL;

-- Facts of the house that have lost names: there are few, and each is proved.
CREATE INDEX facts_nameless ON facts (organization_id, position) WHERE erased AND conversation_id IS NULL;

-- What is found of a customer by their contact.
CREATE INDEX customer_tokens_contact ON customer_tokens (organization_id, contact_id);
CREATE INDEX contact_identities_contact ON contact_identities (organization_id, contact_id);
CREATE INDEX facts_acknowledged ON facts (organization_id, actor_id) WHERE kind = 'acknowledged';

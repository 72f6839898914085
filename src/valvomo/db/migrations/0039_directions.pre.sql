-- Whether the house has written first in the conversation of which something is counted.
ALTER TABLE figure_entries ADD COLUMN outbound boolean NOT NULL DEFAULT false;
-- What was counted before that was known.
UPDATE figure_entries e SET outbound = true FROM conversations c
WHERE c.body @> '{"outbound": true}' AND c.organization_id = e.organization_id AND c.id = e.conversation_id AND NOT e.outbound;

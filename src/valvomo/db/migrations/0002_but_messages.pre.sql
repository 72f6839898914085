-- What happened in a conversation besides its messages is read at every look of its customer: by itself, since
-- messages are most of what there is.
CREATE INDEX facts_but_messages ON facts (organization_id, conversation_id, version)
    WHERE kind <> 'message_posted' AND conversation_id IS NOT NULL;

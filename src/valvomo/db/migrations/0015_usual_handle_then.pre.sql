-- What was usual at a moment of the past is found without reading everything before it.
CREATE INDEX facts_usual_handle ON facts (organization_id, position) WHERE kind = 'usual_handle_noted';

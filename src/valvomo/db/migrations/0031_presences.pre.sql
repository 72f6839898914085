-- Who was there, where it has not been counted yet.
CREATE INDEX facts_presences ON facts (organization_id, position) WHERE kind = 'presence_set';

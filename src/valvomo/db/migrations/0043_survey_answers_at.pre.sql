-- Answers to the house's own questions are counted by when they were given.
CREATE INDEX survey_answers_at ON survey_answers (organization_id, at, conversation_id);

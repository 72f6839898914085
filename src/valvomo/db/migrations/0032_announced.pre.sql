-- What customers on channels are told of what happens in their conversation, beside the words of people: codes of lines.
ALTER TABLE workstreams ADD COLUMN announced text[] NOT NULL
    DEFAULT ARRAY['supervisor_joined', 'supervisor_left', 'supervisor_ended'];

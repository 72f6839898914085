-- Customers on a channel may be asked how it went when the talk has ended; their next message within so many minutes is the
-- answer, if it is one. 0 is nobody.
ALTER TABLE workstreams ADD COLUMN survey_minutes integer NOT NULL DEFAULT 0 CHECK (survey_minutes BETWEEN 0 AND 1440);

-- The sound of a call that has broken off may come once more, to any process: what has been said in it is not said again.
ALTER TABLE telephones ADD COLUMN reopened boolean NOT NULL DEFAULT false;

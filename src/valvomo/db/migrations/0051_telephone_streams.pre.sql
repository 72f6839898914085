-- A provider that brings the sound of a call over a socket has done so; that happens once.

ALTER TABLE telephones ADD COLUMN streamed boolean NOT NULL DEFAULT false;

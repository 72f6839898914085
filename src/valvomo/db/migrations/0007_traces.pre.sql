-- What a letter was written because of, as a W3C traceparent, where somebody traces: its delivery belongs to it.
ALTER TABLE outbox ADD COLUMN trace text;

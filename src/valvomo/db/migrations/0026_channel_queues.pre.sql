-- Channels under load: sendings whose outcome is not known are counted apart, and a long queue is taken from its front.

ALTER TABLE dispatches ADD COLUMN lost integer NOT NULL DEFAULT 0;
CREATE INDEX dispatches_queue ON dispatches (organization_id, account_id, place) WHERE state = 'queued';
-- What the house itself said, for whoever asks whether it has said it there before.
CREATE INDEX dispatches_said ON dispatches (organization_id, account_id, address, created_at) WHERE text IS NOT NULL;
-- First messages that wait to be tried again: those behind them wait too.
CREATE INDEX arrivals_held ON arrivals (organization_id, account_id, address)
    WHERE attempts > 0 AND kind = 'message' AND done_at IS NULL AND given_up_at IS NULL;

-- What is due is looked for in each webhook and each bot by itself, so that nobody's backlog is gone through for others.

CREATE INDEX outbox_due_there ON outbox (organization_id, webhook_id, due, place)
    WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX bot_turns_due_of ON bot_turns (organization_id, bot_id, due) WHERE wanted > answered;

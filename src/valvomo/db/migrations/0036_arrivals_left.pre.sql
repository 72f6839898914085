-- What came and became part of nothing, such as answers of machines, for whoever wants to know why.
CREATE INDEX arrivals_left ON arrivals (organization_id, account_id, done_at)
    WHERE done_at IS NOT NULL AND problem IS NOT NULL;

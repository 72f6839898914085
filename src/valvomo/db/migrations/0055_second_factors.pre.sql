-- Second factors of accounts: a secret that an authenticator app shares (RFC 6238), and codes for whoever has lost it.

CREATE TABLE second_factors (
    organization_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    -- Sealed.
    secret bytea NOT NULL,
    -- Until a first code has come back from the app it protects nothing, and locks nobody out.
    confirmed_at timestamptz,
    -- The step of time of the last code that was taken: none is taken twice.
    step bigint NOT NULL DEFAULT 0,
    -- Digests of the recovery codes that are left.
    recovery bytea[] NOT NULL DEFAULT '{}',
    CONSTRAINT second_factors_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT second_factors_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

-- Whose roles are among these may do nothing before they have one.
ALTER TABLE organizations ADD COLUMN second_factor_of text[] NOT NULL DEFAULT '{}';

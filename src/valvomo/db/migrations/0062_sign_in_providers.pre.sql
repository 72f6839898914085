-- Signing in by OpenID Connect: whom an organization believes, and which of its accounts is whom there.

CREATE TABLE sign_in_providers (
    organization_id text COLLATE "C" NOT NULL,
    -- As the provider writes itself, to the letter: what it signs names it so.
    issuer text NOT NULL,
    client_id text NOT NULL,
    -- Sealed, for this issuer alone.
    client_secret bytea NOT NULL,
    label text NOT NULL,
    -- Whoever is no administrator has no other way in.
    required boolean NOT NULL DEFAULT false,
    -- Of which e-mail domains people are let in; none: of any.
    domains text[] NOT NULL DEFAULT '{}',
    -- By which values of amr and acr the provider says that it asked for a second factor; none: it is not believed.
    factor_values text[] NOT NULL DEFAULT '{}',
    CONSTRAINT sign_in_providers_pkey PRIMARY KEY (organization_id),
    CONSTRAINT sign_in_providers_organization FOREIGN KEY (organization_id) REFERENCES organizations ON DELETE CASCADE
);

CREATE TABLE sign_in_links (
    organization_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    issuer text NOT NULL,
    -- Some providers name the same person differently to each client.
    client_id text NOT NULL,
    subject text NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT sign_in_links_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT sign_in_links_subject UNIQUE (organization_id, issuer, subject),
    CONSTRAINT sign_in_links_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);

-- Ways to a provider and back that were walked to their end, until they would have ended by time: none is walked twice.
CREATE TABLE sign_in_returns (
    organization_id text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_returns_pkey PRIMARY KEY (organization_id, state)
);
CREATE INDEX sign_in_returns_expired ON sign_in_returns (expires_at);

-- Whether a provider opened the session, and whether it said that it asked for a second factor.
ALTER TABLE sessions ADD COLUMN by_provider boolean NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN vouched boolean NOT NULL DEFAULT false;

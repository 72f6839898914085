"""OpenID Connect: what a provider of identities says, asked for, bounded, and believed only where it is proved."""

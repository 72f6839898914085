"""Identifiers: UUIDv7 as text, in order of their making (RFC 9562 §5.7), and secrets with their digests."""

from __future__ import annotations

import hashlib
import secrets

import uuid_utils


def new_id() -> str:
    """A new identifier."""
    return str(uuid_utils.uuid7())


def new_secret(prefix: str) -> str:
    """A new bearer secret of 256 random bits; the prefix tells people and scanners what it opens."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def secret_digest(secret: str) -> bytes:
    """What is stored of a secret. It has full entropy, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()

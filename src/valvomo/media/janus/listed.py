"""The file that names Janus servers, and the secrets that they share with us (`VALVOMO_CALLS_JANUS`, docs/janus.md)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

SCHEMES = frozenset({"ws", "wss"})


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One server: its interface for sessions (`url`), the one that tells how they do (`admin`), and their secrets."""

    url: str
    admin: str
    api_secret: str
    admin_secret: str


class _Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    servers: tuple[Server, ...]


def servers(path: Path) -> tuple[Server, ...]:
    """All that the file names; raises `ValueError`, which says what is wrong with that setting."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_Listed).servers
    except OSError as error:
        raise ValueError(f"calls_janus: {path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"calls_janus: {path}: {error}") from error
    if not found:
        raise ValueError(f"calls_janus: {path}: names no servers")
    for number, one in enumerate(found, 1):
        for name, url in (("url", one.url), ("admin", one.admin)):
            if urlsplit(url).scheme not in SCHEMES or not urlsplit(url).hostname:
                raise ValueError(f"calls_janus: {path}: {name} of server {number} must be a URL of ws or wss")
        if not one.api_secret or not one.admin_secret:
            raise ValueError(
                f"calls_janus: {path}: server {number} has no secrets; without them anybody is let in"
            )
    if len({one.url for one in found}) < len(found):
        raise ValueError(f"calls_janus: {path}: names a server twice")
    return found

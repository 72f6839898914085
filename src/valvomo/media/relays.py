"""TURN servers that pass media on where nothing gets through directly, and for how long somebody may use them.

Their passwords are made from a secret that the server shares with us and are good for some hours: the scheme that
coturn calls `use-auth-secret` (draft-uberti-behave-turn-rest-00).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.protocol.calls import IceServer

GOOD_FOR = timedelta(hours=12)
"""Longer than any call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relays:
    """`urls` such as ``turns:turn.example.org:443?transport=tcp`` (RFC 7065); none where there is no server."""

    urls: tuple[str, ...] = ()
    secret: str = ""

    def of(self, name: str, now: datetime) -> tuple[IceServer, ...]:
        """What the browser of this person is given; the name is for the server's logs."""
        if not self.urls:
            return ()
        username = f"{int((now + GOOD_FOR).timestamp())}:{name}"
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return (IceServer(urls=self.urls, username=username, credential=base64.b64encode(digest).decode()),)

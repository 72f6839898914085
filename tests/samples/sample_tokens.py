"""A server that gives out tokens as OAuth has it (RFC 6749 §6), and passes that are kept nowhere but in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from sample_provider import Asked, Said, StandIn

from valvomo.channels.passes import Pass


class Safe:
    """Passes of an account, and their own turn."""

    def __init__(self, secrets: Any) -> None:
        self.secrets = secrets
        self.known: Pass | None = None
        self.at = datetime.now(UTC)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Safe]:
        async with self._lock:
            self.at = datetime.now(UTC)
            yield self

    async def keep(self, made: Pass, secrets: Any) -> None:
        self.known, self.secrets = made, secrets


class Rotating(StandIn):
    """Refresh tokens are good for one use; whoever uses one again is a thief, and nothing is given out any more.

    (RFC 9700 §4.14.2). `now` is the access token that mail servers take, `expires_in` what is said of it.
    """

    def __init__(self, first: str, *, expires_in: float = 3600) -> None:
        super().__init__(self._said)
        self.good, self.expires_in = first, expires_in
        self.used: list[str] = []
        self.stolen = False
        self.now = ""

    def _said(self, asked: Asked) -> Said:
        shown = parse_qs(asked.body.decode())["refresh_token"][0]
        self.stolen = self.stolen or shown != self.good
        if self.stolen:
            return Said(status=400, body=b'{"error":"invalid_grant"}')
        self.used.append(shown)
        number = len(self.used)
        self.good, self.now = f"refresh-{number}", f"access-{number}"
        told = {"access_token": self.now, "expires_in": self.expires_in, "refresh_token": self.good}
        return Said(body=json.dumps(told).encode())

"""Who is calling: a console's cookie, an API token, or a customer's token, as an `Actor`.

Answers are kept for a second at most, and not beyond the next commit in the organization, unless that was of
messages alone, which change nobody's rights: a right that was taken away is gone with the next request.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.origin import header
from valvomo.queries import customers, people
from valvomo.queries.customers import Guest
from valvomo.queries.reading import Reader

COOKIE = "valvomo_session"
KEEP_SECONDS = 1.0
LEAST_KEPT, MOST_KEPT = 500, 10_000
MAX_SECRET = 200
"""Characters; ours are shorter, and what is longer is not looked up."""

_SESSION = re.compile(rf"(?:^|;)\s*{COOKIE}=([^\s;,\"]*)(?=\s*(?:;|$))")

W = TypeVar("W", Actor, Guest)


class Authentication:
    """One for a process. `rung` listens to the doorbell."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._clock = clock
        self._kept: dict[bytes, tuple[Actor | Guest, float, int]] = {}
        self._full_at = LEAST_KEPT
        self._asked: dict[tuple[bytes, int], asyncio.Future[Any]] = {}
        self._rings: dict[str, int] = {}
        self._all = 0

    def rung(self, organization_id: str) -> None:
        """Something changed in the organization (in any, when it is empty): ask again."""
        self._all += 1
        self._rings[organization_id] = self._rings.get(organization_id, 0) + 1
        if not organization_id:
            self._kept.clear()

    def forget(self, secret: str) -> None:
        """This secret opens nothing any more."""
        self._all += 1
        for kind in ("session", "enrolling", "token"):
            self._kept.pop(_digest(kind, secret), None)

    async def of_headers(
        self, headers: Iterable[tuple[bytes, bytes]], *, enrolling: bool = False
    ) -> Actor | Refusal:
        """The user behind a request: its bearer token if it has one, else its cookie; see `of_session`."""
        headers = list(headers)
        authorization = header(headers, b"authorization")
        if authorization is not None:
            return await self.of_token(bearer(authorization))
        return await self.of_session(session_token(headers), enrolling=enrolling)

    async def of_session(self, token: str, *, enrolling: bool = False) -> Actor | Refusal:
        """Who has this console session; `enrolling` lets in who still has to get a second factor."""
        if enrolling:
            return await self._ask("enrolling", token, partial(self._session, enrolling=True), Actor)
        return await self._ask("session", token, self._session, Actor)

    async def of_token(self, secret: str) -> Actor | Refusal:
        """Who has this API token."""
        return await self._ask("token", secret, self._token, Actor)

    async def of_bot(self, secret: str) -> Actor | Refusal:
        """The bot whose token this is."""
        return await self._ask("bot", secret, self._bot, Actor)

    async def of_guest(self, secret: str) -> Guest | Refusal:
        """The customer whose token this is."""
        return await self._ask("guest", secret, self._guest, Guest)

    async def of_customer(self, secret: str) -> Actor | Refusal:
        """The customer whose token this is, as one who acts."""
        guest = await self.of_guest(secret)
        return guest if isinstance(guest, Refusal) else guest.actor

    async def _ask(
        self, kind: str, secret: str, question: Callable[[str], Awaitable[W | Refusal]], wanted: type[W]
    ) -> W | Refusal:
        if not secret or len(secret) > MAX_SECRET:
            return Refusal(Reason.NOT_SIGNED_IN)
        digest = _digest(kind, secret)
        if (kept := self._known(digest)) is not None and isinstance(kept, wanted):
            return kept
        before = self._all
        who = await self._once((digest, before), lambda: question(secret))
        # What was asked before a bell rang may be old already: answered, but not kept.
        if not isinstance(who, Refusal) and before == self._all:
            self._make_room()
            rings = self._rings.get(who.organization_id, 0)
            self._kept[digest] = (who, time.monotonic() + KEEP_SECONDS, rings)
        return who

    def _make_room(self) -> None:
        """Forget what is known no more, before there is twice as much as was known the last time."""
        if len(self._kept) < self._full_at:
            return
        now = time.monotonic()
        self._kept = {one: kept for one, kept in self._kept.items() if kept[1] > now}
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._full_at = min(MOST_KEPT, max(LEAST_KEPT, 2 * len(self._kept)))

    async def _once(self, key: tuple[bytes, int], ask: Callable[[], Awaitable[W | Refusal]]) -> W | Refusal:
        """Who asks the same while it is being asked, and before another bell rang, gets the same answer."""
        while (asked := self._asked.get(key)) is not None:
            answer: W | Refusal | None = await asyncio.shield(asked)
            if answer is not None:
                return answer
        asked = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await ask()
            asked.set_result(answer)
            return answer
        finally:
            del self._asked[key]
            if not asked.done():
                # Whoever asked for all could not, or went away: the next one asks.
                asked.set_result(None)

    def _known(self, digest: bytes) -> Actor | Guest | None:
        who, until, rings = self._kept.get(digest, (None, 0.0, 0))
        if who is None or until <= time.monotonic() or rings != self._rings.get(who.organization_id, 0):
            return None
        return who

    async def _session(self, token: str, *, enrolling: bool = False) -> Actor | Refusal:
        async with self._reader.asking() as tx:
            return await people.actor_of_session(tx, token, self._clock(), enrolling=enrolling)

    async def _token(self, secret: str) -> Actor | Refusal:
        async with self._reader.asking() as tx:
            return await people.actor_of_token(tx, secret, self._clock())

    async def _bot(self, secret: str) -> Actor | Refusal:
        async with self._reader.asking() as tx:
            return await people.bot_of_token(tx, secret)

    async def _guest(self, secret: str) -> Guest | Refusal:
        async with self._reader.asking() as tx:
            return await customers.guest_of_token(tx, secret, self._clock())


def bearer(authorization: str) -> str:
    """The secret of an `Authorization: Bearer` header; empty when it is of another kind."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def session_token(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The secret in the console's cookie; empty when there is none."""
    found = _SESSION.search(header(headers, b"cookie") or "")
    return found[1] if found else ""


def _digest(kind: str, secret: str) -> bytes:
    return hashlib.sha256(f"{kind}:{secret}".encode()).digest()

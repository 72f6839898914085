"""Delivery: letters from the outbox to webhooks, signed, until they arrive or are given up.

The form is that of Standard Webhooks (https://www.standardwebhooks.com): headers `webhook-id`,
`webhook-timestamp` and `webhook-signature`. A letter may come twice, when a process dies between the receiver's
answer and our note of it; its id stays the same, by which the receiver knows it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
import msgspec
import structlog

from valvomo.addresses import Network, resolved
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.rounds import Rounds
from valvomo.telemetry.spans import here, span

SLOTS = 16
"""How many letters are under way at a time: a slow receiver holds up one of them and not the others."""
PATIENCE_SECONDS = 10.0
LEASE_SECONDS = 60.0
"""How long a letter belongs to the process that took it; much longer than its patience."""
PAUSES = tuple(timedelta(seconds=one) for one in (5, 30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400))
"""After each failure; after the last one the letter is given up, two days on."""
GONE = 410
"""The receiver says that it will never want letters again."""

log = structlog.get_logger(__name__)


@cache
def _trusting() -> ssl.SSLContext:
    """Whom the machine trusts, read once for a process."""
    return httpx.create_ssl_context(trust_env=False)


class UndeliveredError(Exception):
    """The receiver did not take it; `final` when it will not take it later either."""

    def __init__(self, problem: str, *, final: bool = False) -> None:
        super().__init__(problem)
        self.final = final


class Delivery(Rounds):
    """One for a process; several processes share the work. `allowed` are private networks that may be reached."""

    words = True

    def __init__(
        self,
        database: Database,
        bell: Doorbell,
        clock: Callable[[], datetime],
        *,
        allowed: Sequence[Network] = (),
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._clock = clock
        self._allowed = allowed
        self._free = SLOTS

    async def run(self) -> None:
        """Send until cancelled."""
        # Proxies of the environment would resolve names themselves, behind the guard's back. A connection that
        # is kept would be found again by its address, whatever host it was verified for.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                limits=limits,
                timeout=PATIENCE_SECONDS,
                verify=_trusting(),
            ) as self._client,
            asyncio.TaskGroup() as self._group,
        ):
            await super().run()

    async def round(self) -> float | None:
        """Take as many letters as there is room for, and send them on the side."""
        if self._free == 0:
            return None
        async with self._database.transaction() as tx:
            letters = await tx.rows("outbox.lease", self._clock(), LEASE_SECONDS, self._free)
        for letter in letters:
            self._free -= 1
            self._group.create_task(self._deliver(letter))
        return None

    async def _deliver(self, letter: Any) -> None:
        try:
            await self._note(letter, await self._problem(letter))
        except Exception:
            # The lease ends by itself, and then the letter is due again.
            log.exception("delivery.failed", letter=letter["id"])
        finally:
            self._free += 1
            self.wake.set()

    async def _problem(self, letter: Any) -> UndeliveredError | None:
        try:
            causes = [letter["trace"]] if letter["trace"] else []
            with span("webhook", causes, "client", valvomo__kind=letter["kind"]):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._send(letter)
        except UndeliveredError as error:
            return error
        except TimeoutError:
            return UndeliveredError(f"no answer within {PATIENCE_SECONDS:.0f} s")
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return UndeliveredError(str(error) or type(error).__name__)
        return None

    async def _send(self, letter: Any) -> None:
        url = httpx.URL(letter["url"])
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await resolved(url.host, port, self._allowed)
        body = content_of(letter)
        headers = {"host": url.netloc.decode(), **signed(letter["secret"], letter["id"], self._clock(), body)}
        if (trace := here()) is not None:
            headers["traceparent"] = trace
        _judge(await self._answer(url, addresses, body, headers))

    async def _answer(
        self, url: httpx.URL, addresses: Sequence[str], body: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        """What the first of the addresses that can be connected to answers, its body unread."""
        for address in addresses:
            request = self._client.build_request(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers=headers,
                extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(PATIENCE_SECONDS).as_dict()},
            )
            try:
                response = await self._client.send(request, stream=True)
            except httpx.ConnectError:
                if address == addresses[-1]:
                    raise
            else:
                await response.aclose()
                return response
        raise UndeliveredError("the host has no address")

    async def _note(self, letter: Any, problem: UndeliveredError | None) -> None:
        which, now = (letter["organization_id"], letter["id"]), self._clock()
        async with self._database.transaction() as tx:
            if problem is None:
                await tx.run("outbox.delivered", *which, now)
                return
            again = None if problem.final else due_again(letter["attempts"], now)
            await tx.run("outbox.failed", *which, again or now, None if again else now, str(problem)[:500])
        log.info("delivery.undelivered", letter=letter["id"], attempts=letter["attempts"], again=again)


def content_of(letter: Any) -> bytes:
    """What is sent: the kind, when it happened, and what the customer may know of it."""
    return msgspec.json.encode(
        {"type": letter["kind"], "timestamp": letter["created_at"], "data": letter["body"]}
    )


def signed(secret: str, letter_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove to the receiver who sent this and when."""
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{letter_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "Valvomo",
        "webhook-id": letter_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def due_again(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None when it is time to give up."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def _judge(response: httpx.Response) -> None:
    if response.is_success:
        return
    how = ": redirects are not followed" if response.is_redirect else ""
    raise UndeliveredError(f"HTTP {response.status_code}{how}", final=response.status_code == GONE)

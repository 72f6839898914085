"""Posting: one signed request to an address that was judged, and what came of it.

The form is that of Standard Webhooks (https://www.standardwebhooks.com): headers `webhook-id`, `webhook-timestamp` and
`webhook-signature`, the last with a signature for each secret that is valid now.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from valvomo.addresses import Network, authorities, sent
from valvomo.telemetry.spans import here

PATIENCE_SECONDS = 10.0
MOST_READ = 1024
"""Bytes of an answer that are kept for the log."""
GONE = 410
"""The receiver says that it will never want letters again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver said, or (without a `status`) why it said nothing. `problem` is None when it took the letter.

    `final` when it will not take it later either. `body` is the first of what it said, as it came.
    """

    ms: int
    status: int | None = None
    body: bytes = b""
    problem: str | None = None
    final: bool = False


class Post:
    """Sends to public addresses, and to private ones that the operator allows: to these alone without encryption."""

    def __init__(self, client: httpx.AsyncClient, allowed: Sequence[Network]) -> None:
        self._client = client
        self._allowed = allowed

    @classmethod
    @asynccontextmanager
    async def opened(cls, allowed: Sequence[Network]) -> AsyncIterator[Post]:
        """Until it is left."""
        # Proxies of the environment would resolve names themselves, behind the guard's back. A connection that
        # is kept would be found again by its address, whatever host it was verified for.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            limits=limits,
            timeout=PATIENCE_SECONDS,
            verify=authorities(),
        ) as client:
            yield cls(client, allowed)

    async def send(
        self,
        url: str,
        headers: dict[str, str],
        body: bytes,
        *,
        seconds: float = PATIENCE_SECONDS,
        most: int = MOST_READ,
    ) -> Answer:
        """Never raises for what the other side does."""
        began = time.perf_counter()
        status, said, problem, final = None, b"", None, False
        try:
            async with asyncio.timeout(seconds):
                status, said, final, problem = await self._send(url, headers, body, (seconds, most))
        except TimeoutError:
            problem = f"no answer within {seconds:.0f} s"
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            problem = str(error) or type(error).__name__
        ms = round(1000 * (time.perf_counter() - began))
        return Answer(ms=ms, status=status, body=said, problem=problem, final=final)

    async def _send(
        self, url: str, headers: dict[str, str], body: bytes, bounds: tuple[float, int]
    ) -> tuple[int, bytes, bool, str | None]:
        if (trace := here()) is not None:
            headers = {**headers, "traceparent": trace}
        request = self._client.build_request("POST", url, content=body, headers=headers, timeout=bounds[0])
        return await _read(await sent(self._client, request, self._allowed), bounds[1])


async def _read(response: httpx.Response, most: int) -> tuple[int, bytes, bool, str | None]:
    """The status, the first bytes, whether that is final, and what is wrong with it."""
    said = b""
    try:
        async for some in response.aiter_raw(most):
            said = (said + some)[:most]
            if len(said) >= most:
                break
    except httpx.HTTPError:
        # The status was said; that the rest broke off changes nothing about it.
        pass
    finally:
        await response.aclose()
    if response.is_success:
        return response.status_code, said, False, None
    how = ": redirects are not followed" if response.is_redirect else ""
    return response.status_code, said, response.status_code == GONE, f"HTTP {response.status_code}{how}"


def signed(secrets: Sequence[str], letter_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove to the receiver who sent this and when, for each secret that it may know."""
    seconds = str(int(at.timestamp()))
    said = f"{letter_id}.{seconds}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(_key(one), said, hashlib.sha256)).decode() for one in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "Valvomo",
        "webhook-id": letter_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))

"""Asking a provider: at an address that was judged, within bounds, and led nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import httpx

from valvomo.addresses import Network, authorities, sent
from valvomo.domain.access.provider import Unfit, address_problem

PATIENCE_SECONDS = 10.0
"""For a whole answer: somebody waits for it."""
MOST_BODY = 256 << 10
"""Bytes; descriptions and keys of large providers have a tenth of it."""


class UnfitError(Exception):
    """A provider that cannot be used as it is; `detail` is a fact about it, in nobody's language."""

    def __init__(self, unfit: Unfit, detail: str = "") -> None:
        super().__init__(f"{unfit.value}: {detail}")
        self.unfit = unfit
        self.detail = detail


class Reply(NamedTuple):
    """What was answered."""

    status: int
    body: bytes


class Asking:
    """Asks public addresses, and private ones that the operator allows (`allowed`)."""

    def __init__(self, allowed: Sequence[Network], patience: float = PATIENCE_SECONDS) -> None:
        self._allowed = allowed
        self._patience = patience

    async def ask(self, url: str, headers: Mapping[str, str] | None = None, form: str | None = None) -> Reply:
        """One request (a form is posted) and its whole answer, whatever its status.

        Raises `UnfitError` where there is none, or where it has no end.
        """
        if problem := address_problem(url, query=True):
            raise UnfitError(Unfit.UNSAFE_ENDPOINT, f"{url[:200]} {problem}")
        try:
            async with asyncio.timeout(self._patience):
                return await self._ask(url, dict(headers or {}), form)
        except TimeoutError as error:
            raise UnfitError(Unfit.UNREACHABLE, f"no answer within {self._patience:.0f} s") from error
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UnfitError(Unfit.UNREACHABLE, str(error) or type(error).__name__) from error

    async def _ask(self, url: str, headers: dict[str, str], form: str | None) -> Reply:
        # What is packed could be made to unpack without end.
        own = {"accept": "application/json", "accept-encoding": "identity"}
        if form is not None:
            own["content-type"] = "application/x-www-form-urlencoded"
        # Proxies of the environment would resolve names themselves, behind the guard's back.
        async with httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=self._patience, verify=authorities()
        ) as client:
            method = "GET" if form is None else "POST"
            request = client.build_request(method, url, content=form, headers={**own, **headers})
            return await _read(await sent(client, request, self._allowed))


async def _read(response: httpx.Response) -> Reply:
    said = bytearray()
    try:
        async for some in response.aiter_raw():
            said += some
            if len(said) > MOST_BODY:
                raise UnfitError(Unfit.TOO_LARGE, f"more than {MOST_BODY >> 10} kB")
    finally:
        await response.aclose()
    return Reply(response.status_code, bytes(said))

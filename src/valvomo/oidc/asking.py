"""Asking a provider: at an address that was judged, within bounds, and led nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import httpx

from valvomo.addresses import Network, authorities, only_within, resolved
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
                return await self._ask(httpx.URL(url), dict(headers or {}), form)
        except TimeoutError as error:
            raise UnfitError(Unfit.UNREACHABLE, f"no answer within {self._patience:.0f} s") from error
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UnfitError(Unfit.UNREACHABLE, str(error) or type(error).__name__) from error

    async def _ask(self, url: httpx.URL, headers: dict[str, str], form: str | None) -> Reply:
        addresses = await resolved(
            url.host, url.port or (443 if url.scheme == "https" else 80), self._allowed
        )
        if url.scheme != "https":
            only_within(url.host, addresses, self._allowed)
        # What is packed could be made to unpack without end.
        own = {"host": url.netloc.decode(), "accept": "application/json", "accept-encoding": "identity"}
        if form is not None:
            own["content-type"] = "application/x-www-form-urlencoded"
        # Proxies of the environment would resolve names themselves, behind the guard's back.
        async with httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=self._patience, verify=authorities()
        ) as client:
            for address in addresses:
                request = client.build_request(
                    "GET" if form is None else "POST",
                    url.copy_with(host=address),
                    content=form,
                    headers={**own, **headers},
                    extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(self._patience).as_dict()},
                )
                try:
                    response = await client.send(request, stream=True)
                except httpx.ConnectError:
                    if address == addresses[-1]:
                        raise
                else:
                    return await _read(response)
        raise OSError("the host has no address")


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

"""Asking the server over HTTP, the way a careful client does: repeated safely, slowed down when told to."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec

from valvomo.addresses import authorities

MOST_TRIES = 5
LONGEST_PAUSE = 5.0
_PASSING = frozenset({429, 502, 503, 504})


class RefusedError(Exception):
    """The server said no: `status` and the problem's `type`."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(f"{status} {problem}")
        self.status = status
        self.problem = problem


class UnreachableError(Exception):
    """The server cannot be reached."""


def new_client(address: str, connections: int = 64) -> httpx.AsyncClient:
    """A client of one server. No proxy of the surroundings comes between."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncClient(
        base_url=address, timeout=20.0, limits=limits, trust_env=False, verify=authorities()
    )


class Http:
    """Requests with one right: a customer's token, an API token, or the cookies of a session."""

    def __init__(self, client: httpx.AsyncClient, token: str | None = None) -> None:
        self.client = client
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def get(self, path: str, **params: str | int) -> Any:
        """Read."""
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, body: object = None, key: str | None = None) -> Any:
        """Act; with a key it may be repeated safely, and is when the connection breaks."""
        return await self._ask("POST", path, body=body, key=key)

    async def put(self, path: str, body: object) -> Any:
        """Set."""
        return await self._ask("PUT", path, body=body)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        key: str | None = None,
        params: dict[str, str | int] | None = None,
    ) -> Any:
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {})}
        content = None if body is None else msgspec.json.encode(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        for tries in range(MOST_TRIES):
            try:
                answer = await self.client.request(
                    method, path, content=content, headers=headers, params=params or None
                )
            except httpx.TransportError as error:
                if tries + 1 == MOST_TRIES:
                    raise UnreachableError(str(error) or type(error).__name__) from error
                await asyncio.sleep(0.2 * 2**tries)
                continue
            if answer.status_code in _PASSING and tries + 1 < MOST_TRIES:
                await asyncio.sleep(_pause(answer, tries))
                continue
            return _value(answer)
        raise UnreachableError(path)


def _pause(answer: httpx.Response, tries: int) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(LONGEST_PAUSE, float(told) if told.isdigit() else 0.3 * 2**tries)


def _value(answer: httpx.Response) -> Any:
    body = msgspec.json.decode(answer.content) if _is_json(answer) and answer.content else None
    if answer.is_success:
        return body
    problem = body.get("type", "") if isinstance(body, dict) else ""
    raise RefusedError(answer.status_code, str(problem) or answer.reason_phrase)


def _is_json(answer: httpx.Response) -> bool:
    return "json" in answer.headers.get("Content-Type", "")

"""An endpoint of somebody's, in the house or elsewhere, that is asked over HTTP and left alone while it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import msgspec

from valvomo.insight.breaker import Breaker
from valvomo.insight.port import UnavailableError

Read = TypeVar("Read")


class Endpoint:
    """Called `name`, at the base `url`, such as ``http://127.0.0.1:8000/v1``.

    An answer is waited for `seconds`; one that takes longer than `slow` is taken and counts as a failure. One of more
    than `largest` bytes is none.
    """

    def __init__(
        self,
        name: str,
        url: str,
        key: str,
        *,
        seconds: float,
        slow: float,
        largest: int,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self._largest = largest
        self._breaker = Breaker(name, slow, clock)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # No proxies of the environment and no redirects: what is said goes where it was told to only.
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/", headers=headers, timeout=seconds, trust_env=False
        )

    def ask(self, path: str, read: Callable[[bytes], Read], **request: Any) -> Read:
        """Post a request and read the answer; whatever `read` raises of `ValueError` says that it is none.

        Raises `UnavailableError` where there is no such answer, and while the endpoint is left alone.
        """
        began = self._breaker.begin()
        try:
            answer = self._client.post(path, **request)
            answer.raise_for_status()
            found = read(self._checked(answer.content))
        except (httpx.HTTPError, msgspec.MsgspecError, ValueError) as error:
            self._breaker.failed()
            raise UnavailableError(f"{self.name}: {error}") from error
        self._breaker.answered(began)
        return found

    def _checked(self, content: bytes) -> bytes:
        if len(content) > self._largest:
            raise ValueError("the answer is too large")
        return content

"""Trunks whose provider calls us: by requests for signalling, and over a socket for the sound of a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from valvomo.channels.port import Answer, Request

Reopen = Callable[[str], Awaitable[bool]]
"""Whether the call of this name goes on for the house, whoever has it: then its sound may come over another socket."""


class Socket(Protocol):
    """A socket of a provider, which has been let in."""

    async def receive(self) -> str:
        """The next frame. Raises `ConnectionError` once there is none any more."""
        ...

    async def send(self, text: str) -> None:
        """Nothing is sent to who is gone."""
        ...

    async def close(self) -> None:
        """Whoever waits for a frame is told that there is none any more."""
        ...


@runtime_checkable
class Refusing(Protocol):
    """A trunk that counts what it did not believe, by why."""

    @property
    def refused(self) -> Counter[str]:
        """As many as there were since it is open."""
        ...


@runtime_checkable
class Webhooked(Protocol):
    """Such a trunk; its account is open in every process that carries calls."""

    @property
    def refused(self) -> Counter[str]:
        """What it did not believe, by why."""
        ...

    async def answer(self, request: Request, reopen: Reopen) -> Answer:
        """Hear what the provider says, and answer. Raises `UnverifiedError`, or `UnreadableError`.

        Of a call whose sound has broken off `reopen` is asked.
        """
        ...

    def admits(self, token: str) -> str | None:
        """The call whose sound a socket with this token brings; None where nobody has given it out, or it is old."""
        ...

    async def stream(self, call: str, socket: Socket) -> None:
        """Carry the sound of the call until the socket or the call is over."""
        ...

"""Media: files that come with a customer's message, or go out with one of the house's.

Both ways the bytes are elsewhere until somebody wants them. What comes is named by the provider and fetched by a job,
`optional.Fetcher` says how; what goes is read from where the house keeps it, or fetched by the provider by a link.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from valvomo.domain.attachments.media import MediaProblem


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a message. `ref` is by what the provider gives it out: its id there, or its address.

    `content` are its bytes where they came with the message, and nothing is fetched. `name`, `media_type` and `size`
    are what the sender says, which nobody believes. With a `problem` it is not to be had, and only said to have come.
    """

    ref: str = ""
    name: str = ""
    media_type: str = ""
    size: int | None = None
    content: bytes | None = None
    problem: MediaProblem | None = None


class Html(msgspec.Struct, frozen=True, kw_only=True):
    """What a message looked like, cleaned by its provider: nothing in it runs or is fetched.

    The `src` of a picture is `cid:` and the place of the file among `Inbound.media`. `remote`: so many pictures are
    elsewhere and have been left out; `cut`: it is only the beginning.
    """

    html: str
    remote: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that goes out with a letter: its name and type by what is in it, its bytes. `id` is ours.

    `chunks` reads it anew at each call, as many bytes as `size`. `link` is an address under which anybody who is told
    it can fetch the file for an hour, from this server.
    """

    id: str
    name: str
    media_type: str
    size: int
    chunks: Callable[[], AsyncIterator[bytes]]
    link: Callable[[], str]

    async def content(self) -> bytes:
        """All of it, for who cannot do with less."""
        return b"".join([one async for one in self.chunks()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An answer whose body is on its way: as much of it as is read. `chunks` raises `UnavailableError` in its midst."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]

    @property
    def successful(self) -> bool:
        """Whether it is what was asked for, by RFC 9110 §15.3."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def announced(self) -> int:
        """Bytes that are to come, 0 where that is not said."""
        said = self.headers.get("content-length", "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < LONGEST_LENGTH else 0


LONGEST_LENGTH = 16
"""Digits of a number of bytes that anybody means."""


class UnfetchableError(Exception):
    """The provider will not give this file out, however often it is asked; `detail` is its own word."""

    def __init__(self, problem: MediaProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail

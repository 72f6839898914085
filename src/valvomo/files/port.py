"""Where bytes are kept: the port, and how a place in it is called.

A place is made of our own ids alone, so that no name from outside can lead anywhere.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class StorageError(Exception):
    """The storage cannot be had now, or does not do what it must: nothing is said of the file."""


class MissingError(Exception):
    """There are no bytes at this place."""


class Variant(StrEnum):
    """What is kept of a file: its bytes, and of a picture a small one."""

    WHOLE = "whole"
    THUMBNAIL = "thumbnail"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one variant of a file is. Raises `ValueError` for ids that are none of ours."""

    organization_id: str
    file_id: str
    variant: Variant = Variant.WHOLE

    def __post_init__(self) -> None:
        if not (_ID.fullmatch(self.organization_id) and _ID.fullmatch(self.file_id)):
            raise ValueError("a place is made of our own ids")

    @property
    def path(self) -> str:
        """Below the storage's root; the last digits of an id spread files over folders."""
        return f"{self.organization_id}/{self.file_id[-2:]}/{self.file_id}.{self.variant.value}"


class Storage(Protocol):
    """What keeps bytes. Everything that `put` has returned for survives a crash of anything of ours.

    All raise `StorageError` when the storage is away; `read` and `size` raise `MissingError` where nothing is.
    """

    async def put(self, place: Place, chunks: AsyncIterator[bytes]) -> None:
        """Keep these bytes, in place of what was there. An error of the chunks' own leaves what was there."""
        ...

    def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to but without `end`, in chunks."""
        ...

    async def size(self, place: Place) -> int:
        """How many bytes there are."""
        ...

    async def remove(self, place: Place) -> None:
        """Keep them no more; nothing happens where there are none."""
        ...

    async def check(self) -> None:
        """Whether something can be kept and read back; raises `StorageError`."""
        ...


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Bytes that are all here, as chunks."""
    yield data


async def all_of(chunks: AsyncIterator[bytes]) -> bytes:
    """All of them together."""
    return b"".join([one async for one in chunks])

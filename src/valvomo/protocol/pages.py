"""Lists are read page by page: `next` is given back as `cursor` until it is null (spec 2)."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some items of a list, and the cursor of the next page; None when there is none."""

    items: list[T]
    next: str | None = None

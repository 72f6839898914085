"""From what a caller sends to what a command takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import UnsetType

T = TypeVar("T")


def given(value: str | UnsetType | None) -> str | None:
    """What a change says of something that may be nothing: left out is None, and null the empty text."""
    return None if isinstance(value, UnsetType) else value or ""


def as_rules(bodies: Iterable[msgspec.Struct], kind: type[T]) -> tuple[T, ...]:
    """Bodies as the rules that they describe, which have the same fields."""
    return tuple(msgspec.convert(one, kind, from_attributes=True) for one in bodies)

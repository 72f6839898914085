"""Thrift's compact protocol, as much of it as the metadata of Parquet is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STRUCT, _LONG = 12, 15


@dataclass(frozen=True, slots=True)
class I32:
    """A number of 32 bits."""

    value: int
    code = 5


@dataclass(frozen=True, slots=True)
class I64:
    """A number of 64 bits."""

    value: int
    code = 6


@dataclass(frozen=True, slots=True)
class Yes:
    """True, which is told by the field's type."""

    code = 1


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes, or text."""

    value: bytes
    code = 8


@dataclass(frozen=True, slots=True)
class ListOf:
    """Things of one type; `of` is needed where there may be none."""

    items: Sequence[Thing]
    of: type[Thing] | None = None
    code = 9


@dataclass(frozen=True, slots=True)
class StructOf:
    """Fields by number, in order."""

    fields: Mapping[int, Thing]
    code = _STRUCT


Thing = I32 | I64 | Yes | Binary | ListOf | StructOf


def written(thing: Thing) -> bytes:
    """The thing as bytes."""
    match thing:
        case I32(value) | I64(value):
            return _varint(value << 1 ^ value >> 63)
        case Binary(value):
            return _varint(len(value)) + value
        case ListOf(items, of):
            code = items[0].code if items else (of or StructOf).code
            short = len(items) < _LONG
            head = bytes([len(items) << 4 | code]) if short else bytes([0xF0 | code]) + _varint(len(items))
            return head + b"".join(map(written, items))
        case StructOf(fields):
            return _fields(fields)
        case Yes():
            return b""


def _fields(fields: Mapping[int, Thing]) -> bytes:
    found, last = b"", 0
    for number, thing in fields.items():
        found += bytes([number - last << 4 | thing.code]) + written(thing)
        last = number
    return found + b"\x00"


def _varint(value: int) -> bytes:
    found = b""
    while value > 127:  # noqa: PLR2004 - seven bits to a byte
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])

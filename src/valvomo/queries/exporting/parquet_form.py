"""Parquet, as much of it as flat tables need: optional columns, plain encoding, gzip (https://parquet.apache.org).

One row group for each piece, one page for each column in it. What readers need to know stands at the end of the file,
so it is written as it comes and never read again. The purpose is in the file's metadata and in a column.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from valvomo.queries.exporting.columns import Column, Kind, Row, Value
from valvomo.queries.exporting.thrift import I32, I64, Binary, ListOf, StructOf, Thing, Yes, written

MAGIC = b"PAR1"
TYPES = {Kind.TEXT: 6, Kind.INTEGER: 2, Kind.NUMBER: 5, Kind.MOMENT: 2}
"""BYTE_ARRAY, INT64, DOUBLE."""
UTF8, MICROS = 0, 10
PLAIN, RLE = 0, 3
GZIP, OPTIONAL, DATA_PAGE = 2, 1, 0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class ParquetForm:
    """See the module; one object writes one file."""

    def __init__(self, columns: Sequence[Column], purpose: str) -> None:
        self._columns = (*columns, Column("purpose"))
        self._purpose = purpose
        self._at = 0
        self._number = 0
        self._groups: list[StructOf] = []

    def head(self) -> bytes:
        """The four bytes by which files are known."""
        return self._told(MAGIC)

    def rows(self, rows: Sequence[Row]) -> bytes:
        """A row group."""
        if not rows:
            return b""
        whole, chunks, size = b"", [], 0
        for place, column in enumerate(self._columns):
            last = place == len(self._columns) - 1
            values = [self._purpose if last else row[place] for row in rows]
            page, plain = _page(column.kind, values)
            chunks.append(self._chunk(column, self._at + len(whole), (len(rows), plain, len(page))))
            whole, size = whole + page, size + plain
        self._number += len(rows)
        self._groups.append(StructOf({1: ListOf(chunks), 2: I64(size), 3: I64(len(rows))}))
        return self._told(whole)

    def foot(self) -> bytes:
        """What the file holds and where."""
        root = StructOf({4: Binary(b"schema"), 5: I32(len(self._columns))})
        metadata = written(
            StructOf(
                {
                    1: I32(1),
                    2: ListOf([root, *map(_element, self._columns)]),
                    3: I64(self._number),
                    4: ListOf(self._groups, of=StructOf),
                    5: ListOf([StructOf({1: Binary(b"purpose"), 2: Binary(self._purpose.encode())})]),
                    6: Binary(b"Valvomo"),
                }
            )
        )
        return self._told(metadata + struct.pack("<I", len(metadata)) + MAGIC)

    def _chunk(self, column: Column, at: int, sizes: tuple[int, int, int]) -> StructOf:
        number, plain, packed = sizes
        data = StructOf(
            {
                1: I32(TYPES[column.kind]),
                2: ListOf([I32(PLAIN), I32(RLE)]),
                3: ListOf([Binary(column.name.encode())]),
                4: I32(GZIP),
                5: I64(number),
                6: I64(plain),
                7: I64(packed),
                9: I64(at),
            }
        )
        return StructOf({2: I64(at), 3: data})

    def _told(self, piece: bytes) -> bytes:
        self._at += len(piece)
        return piece


def _element(column: Column) -> StructOf:
    fields: dict[int, Thing] = {1: I32(TYPES[column.kind]), 3: I32(OPTIONAL), 4: Binary(column.name.encode())}
    if column.kind is Kind.TEXT:
        return StructOf({**fields, 6: I32(UTF8), 10: StructOf({1: StructOf({})})})
    if column.kind is Kind.MOMENT:
        unit = StructOf({1: Yes(), 2: StructOf({2: StructOf({})})})
        return StructOf({**fields, 6: I32(MICROS), 10: StructOf({8: unit})})
    return StructOf(fields)


def _page(kind: Kind, values: Sequence[Value]) -> tuple[bytes, int]:
    """Header and data of a page, and how large both are before they are compressed."""
    levels = _levels(value is not None for value in values)
    plain = struct.pack("<I", len(levels)) + levels + b"".join(_plain(kind, one) for one in values)
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(plain) + packer.flush()
    page = StructOf({1: I32(len(values)), 2: I32(PLAIN), 3: I32(RLE), 4: I32(RLE)})
    header = written(StructOf({1: I32(DATA_PAGE), 2: I32(len(plain)), 3: I32(len(packed)), 5: page}))
    return header + packed, len(header) + len(plain)


def _levels(there: Iterable[bool]) -> bytes:
    """Which values there are, in runs of the same answer."""
    runs = b""
    for present, run in groupby(there):
        length, header = sum(1 for _ in run) << 1, b""
        while length > 127:  # noqa: PLR2004 - seven bits to a byte
            header, length = header + bytes([length & 127 | 128]), length >> 7
        runs += header + bytes([length, int(present)])
    return runs


def _plain(kind: Kind, value: Value) -> bytes:
    if value is None:
        return b""
    if kind is Kind.NUMBER and isinstance(value, int | float):
        return struct.pack("<d", value)
    if kind is Kind.MOMENT and isinstance(value, datetime):
        return struct.pack("<q", (value - _EPOCH) // _MICRO)
    if kind is Kind.INTEGER and isinstance(value, int):
        return struct.pack("<q", value)
    text = str(value).encode()
    return struct.pack("<I", len(text)) + text

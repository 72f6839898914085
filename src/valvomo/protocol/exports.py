"""Exports: what is asked for, and the lines in which a file in the making is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from valvomo.protocol.requests import Request

Words = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=100)]
Purpose = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=500,
        pattern=r"\S\s*\S\s*\S",
        description="What it is for; it goes with the file.",
    ),
]


class ExportRequest(Request, frozen=True, kw_only=True):
    """The question of `GET /metrics/history`, as what file its answer is wanted, and what for.

    `figures` are the figures as they are shown, `entries` everything they count, one row each.
    """

    since: datetime
    until: datetime
    purpose: Purpose
    format: Literal["csv", "parquet"] = "csv"
    content: Literal["figures", "entries"] = "figures"
    by: Words = ()
    queues: Words = ()
    channels: Words = ()
    languages: Words = ()
    outcomes: Words = ()
    directions: Annotated[tuple[Literal["in", "out"], ...], Meta(max_length=2)] = ()


class ExportProgress(Struct, frozen=True, kw_only=True, tag_field="kind", tag="progress"):
    """So many rows of all have been written."""

    done: int
    of: int


class ExportResult(Struct, frozen=True, kw_only=True, tag_field="kind", tag="result"):
    """The file is there for an hour, at `GET /exports/{id}`, for who has made it."""

    id: str
    name: str
    rows: int
    bytes: int


class ExportProblem(Struct, frozen=True, kw_only=True, tag_field="kind", tag="problem"):
    """There will be no file."""

    type: str
    title: str
    detail: str


ExportLine = ExportProgress | ExportResult | ExportProblem

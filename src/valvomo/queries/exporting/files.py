"""Files that were made: whose they are, and their pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.queries.exporting.columns import Column, Form
from valvomo.queries.exporting.csv_form import CsvForm
from valvomo.queries.exporting.parquet_form import ParquetForm

FORMS: Mapping[str, Callable[[Sequence[Column], str], Form]] = {"csv": CsvForm, "parquet": ParquetForm}
"""By what they are called in requests."""


@dataclass(frozen=True, slots=True)
class File:
    """What a file is called, and what it is."""

    name: str
    media_type: str


async def described(tx: Transaction, actor: Actor, export_id: str) -> File | None:
    """A file that the actor has made; None when there is none (any more)."""
    row = await tx.row("exports.get", actor.organization_id, export_id, actor.id)
    return File(row["name"], row["media_type"]) if row else None


async def part(tx: Transaction, actor: Actor, export_id: str, number: int) -> bytes | None:
    """A piece of it; None after the last."""
    found: bytes | None = await tx.value("exports.part", actor.organization_id, export_id, number)
    return found

"""The audit chain, recomputed from what is stored by code that shares nothing with the SQL that wrote it.

Each fact's hash is `sha256(hash of the fact before || its columns)`, the columns in the order of `COLUMNS` as
PostgreSQL writes them as text, parted by 0x1f. A changed column shows at its own fact and nowhere else, because
the next hash was made from the stored one; a changed hash shows at the next fact too.

A fact whose words were erased has the hash of what it was, which nobody can make again; what it is now is sealed by the
fact that says so (`Folds`), which is on the chain as all others are.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from valvomo.queries.verify.changed_byte import Part, changed_byte
from valvomo.queries.verify.report import Check, Report

FIRST = bytes(32)
SEPARATOR = b"\x1f"
COLUMNS = (
    "organization_id", "position", "conversation_id", "version", "kind", "actor_id", "actor_name", "at",
    "audited", "notify", "body", "salt",
)  # fmt: skip
SEARCHES = 5
"""For so many changed facts the changed byte is looked for; a thousand of them are no single byte any more."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A fact up to which the chain has been proved, and its hash; the beginning when there is none."""

    position: int = 0
    hash: bytes = FIRST


class Chain:
    """One organization's chain, fact by fact, after a checkpoint."""

    def __init__(self, organization_id: str, report: Report, since: Checkpoint) -> None:
        self._organization_id = organization_id
        self._report = report
        self._position = since.position
        self._hash = since.hash
        self._doubted: tuple[Any, bytes, bytes] | None = None
        self._searches = SEARCHES if report.search else 0

    @property
    def reached(self) -> Checkpoint | None:
        """How far it has come; None while the last fact is in doubt, which only the next one settles."""
        return None if self._doubted else Checkpoint(self._position, self._hash)

    @property
    def position(self) -> int:
        """The last fact that was looked at."""
        return self._position

    async def add(self, row: Any) -> None:
        """The next fact."""
        self._report.facts += 1
        if row["position"] != self._position + 1:
            await self._settle(None)
            self._say(f"fact {self._position + 1}", f"missing up to fact {row['position'] - 1}")
        else:
            await self._compare(row)
        self._position, self._hash = row["position"], row["hash"]

    async def end(self, head: Any) -> None:
        """The head must be that of the last fact."""
        await self._settle(head["hash"])
        if head["position"] != self._position:
            self._say("journal head", f"position is {head['position']}, the last fact is {self._position}")
        elif head["hash"] != self._hash:
            self._say("journal head", f"hash is not that of fact {self._position}")

    async def _compare(self, row: Any) -> None:
        parts = canonical(self._organization_id, row)
        computed = digest(self._hash, parts)
        if self._doubted is not None:
            repaired = self._doubted[2]
            same = computed == row["hash"]
            if not same and digest(repaired, parts) == row["hash"]:
                await self._settle(repaired)
                return
            await self._settle(None)
        if computed != row["hash"] and not row["erased"]:
            self._doubted = (row, self._hash, computed)

    async def _settle(self, known: bytes | None) -> None:
        """Say what is wrong with the fact in doubt; `known` is the hash that others have of it."""
        if self._doubted is None:
            return
        row, previous, computed = self._doubted
        self._doubted = None
        place = f"fact {row['position']} ({row['kind']})"
        if known == computed:
            self._say(place, "column hash was changed")
            return
        found = await self._search(row, previous)
        self._say(place, found or f"was changed: its hash is not that of {', '.join(COLUMNS)}")

    async def _search(self, row: Any, previous: bytes) -> str | None:
        if not self._searches:
            return None
        self._searches -= 1
        parts = canonical(self._organization_id, row)
        flipped = [
            (name, _truth(not row["audited"]) if name == "audited" else value) for name, value in parts
        ]
        if digest(previous, flipped) == row["hash"]:
            return f"column audited is {row['audited']} and was {not row['audited']}"
        return await asyncio.to_thread(changed_byte, previous, parts, SEPARATOR, row["hash"])

    def _say(self, place: str, problem: str) -> None:
        self._report.add(self._organization_id, place, problem, Check.CHAIN)


def canonical(organization_id: str, row: Any) -> list[Part]:
    """What is hashed of a fact, column by column."""
    texts = [
        organization_id,
        str(row["position"]),
        "-" if row["conversation_id"] is None else row["conversation_id"],
        "-" if row["version"] is None else str(row["version"]),
        row["kind"],
        row["actor_id"],
        row["actor_name"],
        _moment(row["at"]),
        "true" if row["audited"] else "false",
        ",".join(row["notify"]),
        row["body"],
        # What is older than salts has none.
        *([] if row["salt"] is None else [row["salt"]]),
    ]
    return [(name, text.encode()) for name, text in zip(COLUMNS, texts, strict=False)]


def digest(previous: bytes, parts: list[Part]) -> bytes:
    """The hash of a fact after another one."""
    return hashlib.sha256(previous + SEPARATOR.join(value for _, value in parts)).digest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _truth(value: bool) -> bytes:  # noqa: FBT001 - it is the value
    return b"true" if value else b"false"

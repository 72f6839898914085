"""What happens to files of records. The records that are made of them have facts of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsImported:
    """A file of records has come so far: read, checking, checked, running, done, cancelled.

    `place` of `total` lines are behind it; `made` records came of them, `known` ones were there already, of
    `failed` lines came none.
    """

    kind: ClassVar[str] = "records_imported"
    import_id: str
    workstream_id: str
    name: str
    state: str
    place: int
    total: int
    made: int = 0
    known: int = 0
    failed: int = 0

    @property
    def turns(self) -> bool:
        """Whether somebody did something with the file, or it is over; and not merely a few lines further."""
        return self.state in ("read", "done", "cancelled") or (self.state == "running" and self.place == 0)

"""`valvomo export`: an organization's data as JSON Lines, for whoever takes it elsewhere (docs/export.md)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from rich.progress import SpinnerColumn, TextColumn

from valvomo import __version__
from valvomo.cli.pacing import Pace, bar, rested
from valvomo.cli.running import FailedError, load, reached, run
from valvomo.db.database import Database
from valvomo.main.clock import now
from valvomo.protocol.dataout import FORMAT, ExportDocument, ExportedOrganization, FactLine, Line
from valvomo.queries.dataout import FILES, everything, organization


def export_command(
    folder: Path,
    *,
    organization: str = "",
    pace: Pace = 1.0,
) -> None:
    """Write an organization's conversations, messages, contacts and journal into a new folder, as JSON Lines.

    Everything and nothing blacked out, what only the house may read too, beside a server at work. The folder is there
    when all of it is written.

    Parameters
    ----------
    folder
        Must not be there yet.
    organization
        Its name or id, where there are several.
    pace
        The share of the time in which it works: 0.1 takes ten times as long and burdens the database by a tenth.
    """
    document = run(_export(folder, organization, pace))
    said = ", ".join(f"{count} {name}" for name, count in document.lines.items())
    print(f"exported {document.organization.name} to {folder}: {said}; journal up to {document.position}")


async def _export(folder: Path, wanted: str, pace: float) -> ExportDocument:
    async with reached(load()) as database:
        return await export(database, folder, wanted, pace=pace)


async def export(
    database: Database,
    folder: Path,
    wanted: str = "",
    *,
    pace: float = 1.0,
    clock: Callable[[], datetime] = now,
) -> ExportDocument:
    """What was written. Raises `FailedError` when there is nothing to write or nowhere to write it."""
    found = await organization(database, wanted)
    if found is None:
        raise FailedError(
            f"no organization is called {wanted}"
            if wanted
            else "name one with --organization: there is not just one"
        )

    begun_at = clock()
    with (
        _Folder(folder) as into,
        bar(SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}")) as seen,
    ):
        tasks = {name: seen.add_task(name, total=None) for name in FILES} if seen else {}
        async for name, lines in everything(database, found[0], lambda worked: rested(worked, pace)):
            into.write(name, lines)
            if seen:
                seen.advance(tasks[name], len(lines))
        document = ExportDocument(
            format=FORMAT,
            release=__version__,
            organization=ExportedOrganization(id=found[0], name=found[1]),
            begun_at=begun_at,
            ended_at=clock(),
            position=into.last.position if into.last else 0,
            hash=into.last.hash if into.last else "",
            lines=into.lines,
        )
        into.finish(document)
    return document


class _Folder:
    """Is written under another name, for its owner only, and is there when it is whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._partial = folder.with_name(f"{folder.name}.partial")
        self._encoder = msgspec.json.Encoder()
        self.lines = dict.fromkeys(FILES, 0)
        self.last: FactLine | None = None

    def __enter__(self) -> Self:
        if self._folder.exists():
            raise FailedError(f"{self._folder} is there already")
        try:
            self._partial.mkdir(mode=0o700)
        except FileExistsError as error:
            raise FailedError(
                f"{self._partial} is left of an export that was broken off: remove it"
            ) from error
        except OSError as error:
            raise FailedError(f"{self._partial} cannot be made: {error.strerror}") from error
        self._files = {name: (self._partial / f"{name}.jsonl").open("xb") for name in FILES}
        return self

    def write(self, name: str, lines: Sequence[Line]) -> None:
        """These lines too."""
        self._files[name].write(self._encoder.encode_lines(lines))
        self.lines[name] += len(lines)
        if lines and isinstance(lines[-1], FactLine):
            self.last = lines[-1]

    def finish(self, document: ExportDocument) -> None:
        """All of it is on the disk before it has its name."""
        about = (self._partial / "about.json").open("xb")
        about.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        for one in (about, *self._files.values()):
            one.flush()
            os.fsync(one.fileno())
            one.close()
        self._partial.rename(self._folder)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is not whole is of no use, and full of what others are not to read."""
        for one in self._files.values():
            one.close()
        if kind is not None:
            shutil.rmtree(self._partial, ignore_errors=True)

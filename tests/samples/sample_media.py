"""Files that come with messages over a line: where they are kept, who fetches them, what the message says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample_floor import HOUSE, Floor
from sample_line import BASE, LOOPBACK, Line, received

from valvomo.channels.http import GuardedHttp
from valvomo.commands.attachments.examining import Examination
from valvomo.commands.attachments.receiving import Intake
from valvomo.commands.attachments.uploading import BeginUpload
from valvomo.commands.channels.accounts import Opener
from valvomo.db.messages import media
from valvomo.domain.access.actor import Actor
from valvomo.domain.attachments.media import PublicMedium
from valvomo.domain.refusals import Refusal
from valvomo.files.clamav import ClamAV
from valvomo.files.folder import Folder
from valvomo.files.links import Links
from valvomo.files.port import Place, all_of, once
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.fetching import Fetching


@dataclass
class Files:
    """Where a floor keeps files, and the job that fetches them."""

    floor: Floor
    storage: Folder
    examination: Examination
    fetching: Fetching
    http: GuardedHttp
    intake: Intake

    @classmethod
    @asynccontextmanager
    async def of(
        cls, floor: Floor, opener: Opener, folder: Path, scanner: ClamAV | None = None
    ) -> AsyncIterator[Files]:
        """In this folder."""
        storage = Folder(folder)
        examination = Examination(floor.executor, storage, scanner)
        intake = Intake(floor.executor, storage, examination)
        fetching = Fetching(floor.executor, floor.executor.bell, opener, intake, allowed=LOOPBACK)
        async with GuardedHttp(LOOPBACK) as http:
            yield cls(floor, storage, examination, fetching, http, intake)

    async def fetch(self, after: float = 0.0) -> int:
        """Everything that is due is fetched; how many files that were."""
        self.floor.clock.advance(after)
        count = 0
        while rows := await self.fetching.lease(1):
            for row in rows:
                await self.fetching.fetch(row, self.http)
            count += len(rows)
        return count

    async def brought(self, actor: Actor, one: str, data: bytes, name: str = "a.png") -> str:
        """A file that an agent has brought to send with a reply; its id."""
        command = BeginUpload(conversation_id=one, name=name, media_type="")
        upload = await self.intake.receive(actor, command, once(data))
        assert not isinstance(upload, Refusal), upload
        return upload.id

    @property
    def enclosures(self) -> Enclosures:
        """What goes out with messages."""
        links = Links(lambda: bytes(32))
        return Enclosures(storage=self.storage, links=links, base_url=BASE, clock=self.floor.clock)

    async def kept(self, file_id: str) -> bytes:
        """The bytes of a file."""
        return await all_of(self.storage.read(Place(HOUSE, file_id)))


@dataclass(frozen=True)
class Message:
    """A public message with what it has with it."""

    text: str
    files: list[dict[str, Any]]
    media: tuple[PublicMedium, ...]

    @property
    def names(self) -> list[str]:
        return [one["name"] for one in self.files]

    @property
    def awaited(self) -> list[tuple[str, str, str | None]]:
        return [(one.name, one.state.value, one.problem.value if one.problem else None) for one in self.media]


async def written(floor: Floor, one: str) -> list[Message]:
    """What a conversation's public messages have with them."""
    rows = await floor.sql(
        "SELECT text, attachments, media FROM public_messages WHERE conversation_id = $1 ORDER BY seq", one
    )
    return [Message(row["text"], row["attachments"] or [], media(row["media"]) or ()) for row in rows]


def file(url: str, name: str = "photo.png", media_type: str = "image/png") -> dict[str, Any]:
    """A file as the custom system announces it."""
    return {"url": url, "name": name, "media_type": media_type}


async def brings(line: Line, text: str, one: str, *files: dict[str, Any], sender: str = "ann") -> None:
    """A customer sends a message with files."""
    answer = await line.call(received(sender, text, one, line.floor.clock(), attachments=list(files)))
    assert getattr(answer, "status", None) == 200, answer

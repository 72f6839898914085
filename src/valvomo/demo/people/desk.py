"""An agent's desk: their conversations and offers, as the live stream tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from valvomo.demo.people.agent import Heard, Talk
from valvomo.demo.people.promises import Transcript
from valvomo.demo.people.stream import Frame

PREFIX = "conversation:"
MINE = "me"


@dataclass(slots=True, kw_only=True)
class Folder:
    """One conversation on the desk. `since` is when it came into its state, on the agent's clock."""

    row: Mapping[str, Any]
    transcript: Transcript
    since: float
    watched: bool = False

    @property
    def state(self) -> str:
        """`offered` while somebody else is asked, else the conversation's state."""
        return "offered" if self.row["stage"] == "offered" else str(self.row["state"])

    def talk(self) -> Talk:
        """What the agent sees of it."""
        row = self.row
        return Talk(
            id=row["id"],
            channel=row["channel"],
            state=self.state,
            language=row["language"],
            subject=row["subject"],
            customer=row["customer"]["name"],
            since=self.since,
            queued=_seconds(row["queued_at"], row["first_accepted_at"]),
            heard=tuple(
                Heard(
                    author=word.author,
                    role=word.role,
                    visibility=word.visibility,
                    text=word.text,
                    at=word.at,
                )
                for word in self.transcript.words
            ),
        )


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything that is the agent's. `broken` hears of promises that the server did not keep."""

    now: Callable[[], float]
    broken: Callable[[str], None]
    folders: dict[str, Folder] = field(default_factory=dict)
    offers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    presence: str = "offline"

    def hello(self) -> Iterator[Frame]:
        """What to watch on a new connection: what was read on the former one is gone on from."""
        yield {"op": "watch", "topic": MINE}
        for one, folder in self.folders.items():
            folder.watched = folder.state == "active"
            if folder.watched:
                since = {"since": folder.transcript.seq} if folder.transcript.words else {}
                yield {"op": "watch", "topic": PREFIX + one, **since}

    def watching(self) -> Iterator[Frame]:
        """What else to watch, and what no longer, as conversations come and go.

        From the beginning: what was said before the end of the former watching is heard may be on its way still, and
        would come again to who goes on from what they have.
        """
        for one, folder in self.folders.items():
            wanted = folder.state == "active"
            if wanted and not folder.watched:
                yield {"op": "watch", "topic": PREFIX + one}
            elif folder.watched and not wanted:
                yield {"op": "unwatch", "topic": PREFIX + one}
            folder.watched = wanted

    def take(self, frame: Frame) -> None:
        """A frame of the stream."""
        topic = str(frame.get("topic", ""))
        if topic.startswith(PREFIX):
            self._take_words(topic.removeprefix(PREFIX), frame)
        elif topic == MINE and frame["op"] == "snapshot":
            kept = {one["id"] for one in frame["data"] if one.get("kind") == "conversation"}
            self.folders = {one: folder for one, folder in self.folders.items() if one in kept}
            self.offers.clear()
            self._take_items(frame)
        elif topic == MINE and frame["op"] == "changes":
            self._take_items(frame)

    def _take_items(self, frame: Frame) -> None:
        for item in frame["data"]:
            if item.get("removed"):
                self.folders.pop(item["id"], None)
                self.offers.pop(item["id"], None)
            elif item["kind"] == "conversation" and item["role"] == "primary":
                self._keep(item)
            elif item["kind"] == "offer":
                self.offers[item["id"]] = item
            elif item["kind"] == "presence":
                self.presence = item["chosen"]

    def _keep(self, row: Mapping[str, Any]) -> None:
        folder = self.folders.get(row["id"])
        if folder is None:
            transcript = Transcript(conversation=row["id"], broken=self.broken)
            self.folders[row["id"]] = Folder(row=row, transcript=transcript, since=self.now())
            return
        before = folder.state
        folder.row = row
        if folder.state != before:
            folder.since = self.now()

    def _take_words(self, one: str, frame: Frame) -> None:
        folder = self.folders.get(one)
        if folder is None:
            return
        if frame["op"] == "refused":
            folder.watched = False
            return
        if frame["op"] == "snapshot":
            folder.transcript.begin()
        for item in frame["data"]:
            if item["kind"] == "message":
                folder.transcript.take(item, self.now())


def _seconds(begin: str, end: str | None) -> float:
    if end is None:
        return 0.0
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()

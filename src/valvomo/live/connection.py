"""A live connection: who reads, what they watch, how far behind they are."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from valvomo.domain.access.actor import Actor
from valvomo.live.views.conversation import KnownActs
from valvomo.protocol.customer import PublicConversation, PublicNotice
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.frames import Frame

HIGH_WATER = 256 * 1024
"""Bytes that wait to be sent; above this the reader is slow and gets the latest state when it has caught up."""
MOST_BEHIND_SECONDS = 30.0
"""A reader that is slow for longer than this is cut off; one that lives comes back by itself and resumes."""
MAX_TOPICS = 64
MOST_WAITING = 200
CLOSE_RESTART = 1012
"""Come back soon: another process takes over."""
CLOSE_SIGNED_OUT = 4401


class Sink(Protocol):
    """The way out, which never waits: what it cannot send at once it buffers."""

    def write(self, frame: Frame) -> None:
        """Send."""

    def buffered(self) -> int:
        """Bytes that wait to be sent."""

    def close(self, code: int) -> None:
        """End the connection."""

    def cut(self) -> None:
        """End the connection at once, without a word to a reader who does not read."""


@dataclass(slots=True, eq=False)
class Subscription:
    """A topic that a connection watches.

    `dirty` are things that changed while the reader was slow. For a conversation, `seq` is the number of the
    last message sent, `starting` says that its beginning is being read, `acts` are those sent last.
    `waiting` are notices for a slow reader, the newest `MOST_WAITING` of them. `packs` says that large frames may be
    compressed. `rest` are the frames of a snapshot that are still to be sent, of the floor at number `shown`;
    `showing` marks the latest snapshot that was begun. `failures` counts attempts that failed one after the other.
    """

    connection: Connection
    topic: str
    dirty: set[str] = field(default_factory=set)
    stale: bool = False
    seq: int = 0
    version: int = 0
    starting: bool = False
    figures: tuple[FiguresItem, ...] | None = None
    acts: KnownActs | None = None
    document: PublicConversation | None = None
    notices: tuple[PublicNotice, ...] = ()
    waiting: list[object] = field(default_factory=list)
    packs: bool = False
    rest: deque[Frame] | None = None
    shown: int = 0
    showing: object | None = None
    failures: int = 0

    @property
    def behind(self) -> bool:
        """Whether something waits until the reader has caught up."""
        return bool(self.dirty) or self.stale or self.rest is not None


@dataclass(slots=True, eq=False)
class Connection:
    """`digest` is that of the session or token it was opened with, asked again every second."""

    id: str
    actor: Actor
    sink: Sink
    digest: bytes | None = None
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    behind_since: float | None = None
    typed_at: float = 0.0

    @property
    def slow(self) -> bool:
        """Whether sending has to wait."""
        return self.behind_since is not None or self.sink.buffered() > HIGH_WATER

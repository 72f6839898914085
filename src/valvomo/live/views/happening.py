"""One fact as the views take it in: the event, its place in the journal, and the words of a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from valvomo.domain.agents.events import HouseFact
from valvomo.domain.attachments.attached import Attached, names_of
from valvomo.domain.attachments.media import PublicMedium
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.spoken import Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message that a fact speaks of. `public_seq` is None for what is internal.

    `delivery` is how far it has come over its channel, None where it goes over none. `media` came with it over a
    channel and are not attachments, not yet or not at all. `html`: what it looked like can be shown.
    """

    id: str
    seq: int
    public_seq: int | None
    author_id: str
    author_role: str
    author_name: str
    visibility: str
    text: str
    client_id: str
    at: datetime
    delivery: str | None = None
    delivery_problem: str | None = None
    attachments: tuple[Attached, ...] = ()
    media: tuple[PublicMedium, ...] = ()
    html: bool = False
    spoken: Spoken | None = None

    @property
    def line(self) -> str:
        """It in a line: the words, or the names of what it has or is to have with it (SQL `said`)."""
        return self.text or names_of((*self.attachments, *self.media))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """`position` counts all facts of the organization, `quiet` those that agents and customers may know of."""

    position: int
    quiet: int
    event: Event | HouseFact
    actor_id: str
    actor_name: str
    at: datetime
    conversation_id: str | None = None
    version: int | None = None
    notify: tuple[str, ...] = ()
    words: Words | None = None

    @property
    def silent(self) -> bool:
        """Whether nobody but supervisors may notice it."""
        return isinstance(self.event, Event) and self.event.silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a happening did to a conversation; `before` is None for its first."""

    happening: Happening
    before: Conversation | None
    after: Conversation

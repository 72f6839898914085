"""Mute and pin: supervisors say to each other that something is seen to, or must stay in sight. Nobody else notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Mute, Pin
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Silent(Event):
    """What only supervisors know of. `by` is who did it."""

    by_id: str
    by_name: str

    @property
    def silent(self) -> bool:
        """Agents and customers cannot notice it."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted(_Silent):
    """It draws no attention for a while; `until` None: until something changes."""

    kind: ClassVar[str] = "muted"
    until: datetime | None = None
    why: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Muted as it is now."""
        mute = Mute(
            by_id=self.by_id, by_name=self.by_name, at=at, until=self.until, why=self.why,
            mark=mark_of(conversation),
        )  # fmt: skip
        return conversation.but(muted=mute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuted(_Silent):
    """It draws attention again."""

    kind: ClassVar[str] = "unmuted"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """As before."""
        return conversation.but(muted=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned(_Silent):
    """It stands at the top of supervisors' lists."""

    kind: ClassVar[str] = "pinned"
    why: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Pinned."""
        return conversation.but(pinned=Pin(by_id=self.by_id, by_name=self.by_name, at=at, why=self.why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpinned(_Silent):
    """It stands where its score puts it."""

    kind: ClassVar[str] = "unpinned"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """As before."""
        return conversation.but(pinned=None)


def mark_of(conversation: Conversation) -> str:
    """What a mute that lasts until something changes holds on to: who has it where, what was said and asked."""
    asked = conversation.asked
    return ":".join(
        (
            conversation.state.value,
            conversation.queue_id,
            conversation.owner_id or conversation.bot_id or "",
            str(conversation.public_seq),
            str(conversation.transfers),
            str(sum(conversation.declines.values())),
            "orphaned" if conversation.orphaned else "",
            asked.by_role if asked else "",
        )
    )


def mute_of(conversation: Conversation) -> Mute | None:
    """The mute that holds unless the clock has ended it: one without an end is over when something has changed."""
    mute = conversation.muted
    if mute is None or (mute.until is None and mute.mark != mark_of(conversation)):
        return None
    return mute


def is_muted(conversation: Conversation, at: datetime) -> bool:
    """Whether it draws no attention at this moment."""
    mute = mute_of(conversation)
    return mute is not None and (mute.until is None or at < mute.until)


def mute_refusal(conversation: Conversation) -> Refusal | None:
    """Whatever is not closed; muting again changes for how long."""
    return Refusal(Reason.CLOSED, {"state": "closed"}) if conversation.state is State.CLOSED else None


def unmute_refusal(conversation: Conversation) -> Refusal | None:
    """What is muted; whether the clock has ended it does not matter."""
    return mute_refusal(conversation) or (None if conversation.muted else Refusal(Reason.NOT_MUTED))


def pin_refusal(conversation: Conversation) -> Refusal | None:
    """Once."""
    pin = conversation.pinned
    return mute_refusal(conversation) or (
        Refusal(Reason.ALREADY_PINNED, {"by": pin.by_name}) if pin else None
    )


def unpin_refusal(conversation: Conversation) -> Refusal | None:
    """What is pinned, by whomever."""
    return mute_refusal(conversation) or (None if conversation.pinned else Refusal(Reason.NOT_PINNED))


def mute(
    supervisor: tuple[str, str], conversation: Conversation, until: datetime | None, why: str | None
) -> tuple[Event, ...] | Refusal:
    """No attention until a moment, or (None) until something changes; `supervisor` is id and name."""
    if refusal := mute_refusal(conversation):
        return refusal
    return (Muted(by_id=supervisor[0], by_name=supervisor[1], until=until, why=why or None),)


def unmute(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Attention again."""
    return unmute_refusal(conversation) or (Unmuted(by_id=supervisor[0], by_name=supervisor[1]),)


def pin(
    supervisor: tuple[str, str], conversation: Conversation, why: str | None
) -> tuple[Event, ...] | Refusal:
    """To the top."""
    return pin_refusal(conversation) or (Pinned(by_id=supervisor[0], by_name=supervisor[1], why=why or None),)


def unpin(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """From the top."""
    return unpin_refusal(conversation) or (Unpinned(by_id=supervisor[0], by_name=supervisor[1]),)

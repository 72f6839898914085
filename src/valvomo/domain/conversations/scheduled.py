"""A transfer that waits for the end of the call: wanted, and dropped where it could not be made (spec 1 §3 e)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason, Refusal

WHY: Mapping[Reason, str] = {
    Reason.PRESENCE_NOT_ALLOWED: "not_available",
    Reason.OFF_DUTY: "not_available",
    Reason.NO_CAPACITY: "no_capacity",
    Reason.QUEUE_CLOSED: "closed",
}
"""Why it could not be made, in a word; everything else is `not_possible`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferScheduled(Event):
    """It will be transferred when the call ends (spec 1 §3 e)."""

    kind: ClassVar[str] = "transfer_scheduled"
    transfer: ScheduledTransfer

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Kept until the call ends; a later one replaces an earlier one."""
        return replace(conversation, scheduled_transfer=self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDropped(Event):
    """It will not be transferred after all, and whoever wanted it is told.

    `cause`: its target could not be asked when the call ended (`WHY`), or the conversation went elsewhere before:
    `queued`, `ended`.
    """

    kind: ClassVar[str] = "transfer_dropped"
    transfer: ScheduledTransfer
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Whoever has it keeps it."""
        return conversation.but(scheduled_transfer=None)


def dropped(transfer: ScheduledTransfer, refusal: Refusal) -> TransferDropped:
    """Because the transfer itself was refused."""
    return TransferDropped(transfer=transfer, cause=WHY.get(refusal.reason, "not_possible"))

"""One act on many conversations, with an outcome for each (spec 1 §3 *Bulk*)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from valvomo.protocol.requests import Id, Note, QueueName, Request

MOST = 1000


class BulkAct(StrEnum):
    """What can be done to a selection."""

    ASSIGN = "assign"
    TRANSFER = "transfer"
    FORCE_CLOSE = "force_close"


class BulkRequest(Request, frozen=True, kw_only=True):
    """The act and the conversations, with what the act needs: a target, or a reason."""

    act: BulkAct
    ids: Annotated[list[Id], Meta(min_length=1, max_length=MOST)]
    agent: Id | None = None
    queue: QueueName | None = None
    override_presence: bool = False
    override_capacity: bool = False
    note: Note | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")] | None = None

    def __post_init__(self) -> None:
        """Force close needs a reason, the others exactly one target."""
        if self.act is BulkAct.FORCE_CLOSE:
            if self.reason is None:
                raise ValueError("`reason` is needed")
        elif (self.agent is None) == (self.queue is None):
            raise ValueError("exactly one of `agent` and `queue` is needed")


class BulkOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of it for one conversation: `ok`, or the problem that says why not."""

    id: str
    ok: bool
    state: str | None = None
    problem: dict[str, Any] | None = None


class BulkOutcomes(Struct, frozen=True, kw_only=True):
    """One outcome for each id, in the order of the request."""

    items: list[BulkOutcome]
    done: int
    refused: int

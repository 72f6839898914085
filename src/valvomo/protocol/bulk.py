"""One act on many conversations or accounts, with an outcome for each (spec 1 §3 *Bulk*)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from valvomo.protocol.requests import Id, Note, QueueName, Request
from valvomo.protocol.settings_requests import Ids, Limits, Skills, Units

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


class BulkUsersRequest(Request, frozen=True, kw_only=True):
    """What is the same from now on for these accounts, what they gain, and what they lose; the rest stays.

    What is both gained and lost is gained. `hours_id` null is always on duty.
    """

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MOST)]
    capacity: Units | None = None
    limits: Limits | None = None
    hours_id: Id | UnsetType | None = UNSET
    add_skills: Skills = field(default_factory=dict)
    remove_skills: Ids = frozenset()
    add_queues: Ids = frozenset()
    remove_queues: Ids = frozenset()


class BulkOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of it for one of them: `ok`, or the problem that says why not; `state` is a conversation's."""

    id: str
    ok: bool
    state: str | None = None
    problem: dict[str, Any] | None = None


class BulkOutcomes(Struct, frozen=True, kw_only=True):
    """One outcome for each id, in the order of the request."""

    items: list[BulkOutcome]
    done: int
    refused: int

"""Assign: targets, overrides, and by how much a capacity is exceeded (notes a and b; T2, T17)."""

from __future__ import annotations

from typing import Any

import pytest
from sample_talk import AT, MINUTE, accepted, after, agent, an_open, offered, queue, workstream

from valvomo.domain.agents.capacity import exceeded_by
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.assign import assign_to_agent, assign_to_queue
from valvomo.domain.conversations.model import Channel, Conversation, OfferKind, State
from valvomo.domain.conversations.offers import OfferMade
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.targets import Asking, Queue
from valvomo.domain.refusals import Reason, Refusal

Values = dict[str, Any]
PRESENCE: Values = {"override_presence": True}
CAPACITY: Values = {"override_capacity": True}
BOTH: Values = {**PRESENCE, **CAPACITY}
FULL: Values = {"load": 3}

# The agent, the overrides, what comes of it: a reason, or the excess that is kept.
ASKED: dict[str, tuple[Values, Values, Reason | int]] = {
    "free": ({}, {}, 0),
    "busy with room": ({"load": 2}, {}, 0),
    "busy by hand": ({"chosen": Presence.BUSY}, {}, 0),
    "full": (FULL, {}, Reason.NO_CAPACITY),
    "full, presence overridden": (FULL, PRESENCE, Reason.NO_CAPACITY),
    "full, overridden": (FULL, CAPACITY, 1),
    "far over, overridden": ({"load": 5}, CAPACITY, 3),
    "away": ({"chosen": Presence.AWAY}, {}, Reason.PRESENCE_NOT_ALLOWED),
    "away, capacity overridden": ({"chosen": Presence.AWAY}, CAPACITY, Reason.PRESENCE_NOT_ALLOWED),
    "away, overridden": ({"chosen": Presence.AWAY}, PRESENCE, 0),
    "do not disturb by hand": ({"chosen": Presence.DO_NOT_DISTURB}, {}, Reason.PRESENCE_NOT_ALLOWED),
    "offline": ({"chosen": Presence.OFFLINE}, {}, Reason.PRESENCE_NOT_ALLOWED),
    "inactive": ({"chosen": Presence.INACTIVE}, {}, Reason.PRESENCE_NOT_ALLOWED),
    "away and full": ({"chosen": Presence.AWAY, **FULL}, PRESENCE, Reason.NO_CAPACITY),
    "away and full, both overridden": ({"chosen": Presence.AWAY, **FULL}, BOTH, 1),
    "limit of the kind reached": ({"limits": {"live_chat": 1}, "held": {"live_chat": 1}, "load": 1}, {},
                                  Reason.NO_CAPACITY),
    "limit of the kind, overridden": ({"limits": {"live_chat": 1}, "held": {"live_chat": 1}, "load": 1}, CAPACITY, 1),
    "limit of another kind": ({"limits": {"voice": 1}, "held": {"voice": 1}, "load": 1}, {}, 0),
    "not of this queue": ({"queues": frozenset({"billing"})}, BOTH, Reason.AGENT_NOT_IN_QUEUE),
    "does not serve": ({"serves": False}, BOTH, Reason.AGENT_NOT_SERVING),
    "a bot": ({"is_bot": True}, BOTH, Reason.BOT_TARGET),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_asking_an_agent(case: str) -> None:
    values, overrides, expected = ASKED[case]
    asking = Asking(
        offer_id="o1", kind=OfferKind.ASSIGNMENT, by_id="saara", by_role="supervisor", **overrides
    )
    decision = assign_to_agent(an_open(), workstream(), agent(**values), asking, at=AT)
    if isinstance(expected, Reason):
        assert isinstance(decision, Refusal)
        assert decision.reason is expected
        assert decision.facts["agent"] == "Eino"
        return
    assert isinstance(decision, tuple)
    (made,) = decision
    assert isinstance(made, OfferMade)
    assert (made.offer.by_id, made.offer.by_role, made.offer.units) == ("saara", "supervisor", 1)
    assert made.offer.excess_units == expected
    # Kept as overridden is only what had to be overridden.
    assert made.offer.override_capacity == (expected > 0)
    assert made.offer.override_presence == ("away" in case)
    assert made.offer.expires_at == AT + 2 * MINUTE
    assert after(an_open(), decision).excess_units == expected


def test_the_refusal_says_by_how_much_before_anybody_confirms() -> None:
    asking = Asking(offer_id="o1", kind=OfferKind.ASSIGNMENT, by_id="saara", by_role="supervisor")
    refusal = assign_to_agent(an_open(units=2), workstream(), agent(load=2), asking, at=AT)
    assert refusal == Refusal(Reason.NO_CAPACITY, {"agent": "Eino", "exceeded_by": 1})


# Capacity, load, units, limit of live chats, live chats held; by how much it is exceeded.
EXCESS = [
    (3, 0, 1, None, 0, 0), (3, 2, 1, None, 2, 0), (3, 3, 1, None, 3, 1), (3, 2, 3, None, 1, 2), (0, 0, 1, None, 0, 1),
    (3, 3, 0, None, 0, 0), (2, 4, 0, None, 0, 2), (3, 1, 1, 1, 1, 1), (3, 1, 2, 1, 1, 2), (3, 1, 1, 2, 1, 0),
    (3, 3, 1, 1, 1, 1), (3, 5, 1, 1, 1, 3), (3, 0, 1, 0, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("case", EXCESS)
def test_exceeded_by(case: tuple[int, int, int, int | None, int, int]) -> None:
    capacity, load, units, limit, held, expected = case
    limits = {} if limit is None else {"live_chat": limit}
    someone = agent(capacity=capacity, load=load, limits=limits, held={"live_chat": held})
    assert exceeded_by(someone, units, Channel.LIVE_CHAT) == expected


QUEUES: dict[str, tuple[Conversation, Queue, Reason | None]] = {
    "another of its kind": (an_open(), queue(), None),
    "the present one": (an_open(), queue("support"), Reason.SAME_QUEUE),
    "of records": (an_open(), queue("cases", "record"), Reason.OTHER_KIND),
    "of calls": (an_open(), queue("calls", "voice"), Reason.OTHER_KIND),
    "a record to messages": (an_open(Channel.RECORD), queue(), Reason.OTHER_KIND),
    "a record to records": (an_open(Channel.RECORD), queue("cases", "record"), None),
    "a call to calls": (an_open(Channel.VOICE), queue("calls", "voice"), None),
    "without members": (an_open(), queue(members=0), Reason.NO_MEMBERS),
    "offered meanwhile": (offered(), queue(), Reason.NOT_ASSIGNABLE),
    "accepted meanwhile": (accepted(), queue(), Reason.NOT_ASSIGNABLE),
}


@pytest.mark.parametrize("case", QUEUES)
def test_assigning_to_a_queue(case: str) -> None:
    conversation, target, expected = QUEUES[case]
    decision = assign_to_queue(conversation, workstream(), target, "saara", at=AT + MINUTE)
    if expected is not None:
        assert isinstance(decision, Refusal)
        assert decision.reason is expected
        return
    now = after(conversation, decision)
    assert (now.state, now.queue_id) == (State.OPEN, target.id)
    assert (now.queued_at, now.session_queued_at) == (AT, AT + MINUTE), "its age is kept, its session begins"
    assert isinstance(decision, tuple)
    assert isinstance(decision[0], Queued)
    assert (decision[0].cause, decision[0].by_id, decision[0].by_role) == ("assigned", "saara", "supervisor")


def test_another_queue_forgives_declines_and_orphans() -> None:
    before = an_open(declines={"eino": 3}, orphaned=True)
    now = after(before, assign_to_queue(before, workstream(), queue(), "saara", at=AT))
    assert (now.declines, now.orphaned) == ({}, False)

"""Whom the house loses on the telephone: they have not left, and are called back where that is possible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_talk import AT, MINUTE, accepted, after, an_open, offered, workstream

from valvomo.domain.conversations.call_lost import back_to, gone, is_lost
from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.offers import OfferAccepted
from valvomo.domain.conversations.telephone import HOUSE, CallbackRequested, dial

PLACE = (workstream(Channel.VOICE), "Support")
NUMBER = "+358401234567"
BACK = back_to("next", ("trunk", NUMBER))
LATER = AT + MINUTE
NOT_BY_CUSTOMER = ("failed", "ended", "declined")


def in_call(one: Conversation, line: Line = Line.UP, **values: object) -> Conversation:
    phone = Telephone(account_id="a", number=NUMBER, line=line)
    call = Call(id="call", video=False, since=AT, telephone=phone)
    return replace(one, call=call, **values)  # type: ignore[arg-type]


WAITING, ASKED, SERVED = (in_call(make(Channel.VOICE)) for make in (an_open, offered, accepted))


def lose(
    one: Conversation, back: CallbackRequested | None = None, why: str = "failed"
) -> tuple[Conversation, list[str]]:
    events = gone(one, PLACE, ("call", why), back, at=LATER)
    return after(one, events, LATER), [event.kind for event in events]


def to_be_called(one: Conversation) -> tuple[str, str, Line] | None:
    phone = one.call.telephone if one.call else None
    return (phone.account_id, phone.number, phone.line) if phone else None


@pytest.mark.parametrize("why", NOT_BY_CUSTOMER)
def test_who_waits_is_called_back_from_their_place(why: str) -> None:
    now, facts = lose(WAITING, BACK, why)
    assert (now.state, now.queued_at, now.session_queued_at) == (
        State.OPEN, WAITING.queued_at, WAITING.session_queued_at,
    )  # fmt: skip
    assert to_be_called(now) == ("trunk", NUMBER, Line.WANTED)
    assert facts == ["callback_requested"]
    assert BACK.by == HOUSE


def test_whoever_was_asked_to_take_them_then_calls_them() -> None:
    now, _ = lose(ASKED, BACK)
    assert now.offers == ASKED.offers
    taken = after(now, (OfferAccepted(offer=now.offers[0]),), LATER)
    assert [event.kind for event in dial(taken, "dialled")] == ["telephone_dialled"]


def test_who_is_served_is_in_their_place_and_their_agent_is_asked_first() -> None:
    now, facts = lose(SERVED, BACK)
    assert facts == ["queued", "callback_requested"]
    assert (now.state, now.owner_id, now.holds, now.affinity_id) == (State.OPEN, None, {}, SERVED.owner_id)
    assert now.queued_at == SERVED.queued_at
    assert to_be_called(now) == ("trunk", NUMBER, Line.WANTED)


@pytest.mark.parametrize("one", [WAITING, ASKED], ids=["waiting", "asked"])
def test_where_nobody_calls_back_who_waits_has_abandoned_nothing(one: Conversation) -> None:
    events = gone(one, PLACE, ("call", "failed"), None, at=LATER)
    now = after(one, events, LATER)
    assert (now.state, now.closed_as) == (State.CLOSED, "auto_closed")
    assert getattr(events[-1], "cause", None) == "call_lost"
    assert len(events) == 1 + len(one.offers), "what was offered has its outcome"


@pytest.mark.parametrize(
    ("one", "back"),
    [(SERVED, None), (replace(SERVED, outbound=True), BACK)],
    ids=["no way", "begun by an agent"],
)
def test_otherwise_the_agent_reads_why(one: Conversation, back: CallbackRequested | None) -> None:
    events = gone(one, PLACE, ("call", "failed"), back, at=LATER)
    now = after(one, events, LATER)
    assert (now.state, now.owner_id) == (State.WRAP_UP, one.owner_id)
    [end] = events
    assert (end.kind, getattr(end, "cause", None), getattr(end, "by_role", None)) == (
        "ended", "call_lost", "system",
    )  # fmt: skip


def test_who_hangs_up_has_left() -> None:
    assert lose(WAITING, BACK, "hung_up")[1] == ["abandoned"]
    now, facts = lose(SERVED, BACK, "hung_up")
    assert (now.state, facts) == (State.WRAP_UP, ["ended"])


@pytest.mark.parametrize("line", [Line.WANTED, Line.DIALLING, Line.MISSED])
def test_only_who_was_connected_is_lost(line: Line) -> None:
    assert not is_lost(in_call(accepted(Channel.VOICE), line), "call", "failed")
    assert not is_lost(SERVED, "former", "failed")
    assert gone(SERVED, PLACE, ("former", "failed"), BACK, at=LATER) == ()

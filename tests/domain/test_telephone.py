"""Whoever has asked to be called back and was not reached: who calls them again, when, and how often."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import (
    AT,
    MINUTE,
    SUPERVISOR,
    accepted,
    after,
    an_open,
    offer,
    participant,
    workstream,
)

from valvomo.domain.attention.parts import in_line, waiting_since
from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.event import Event, postponed_until
from valvomo.domain.conversations.model import Channel, Conversation, Role, State
from valvomo.domain.conversations.offers import OfferAccepted, OfferMade, OfferRejected
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.telephone import (
    AGAIN,
    MOST_BY_ITSELF,
    MOST_TO_NUMBER,
    RECALL_AFTER,
    CallbackPostponed,
    TelephoneMissed,
    callbacks_refusal,
    dial,
    hung_up,
    recall_due,
    redial_refusal,
)
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.facts import waiting_of

RULES = workstream(Channel.VOICE)
PLACE = (RULES, "Support")
DUE = AT + MINUTE + RECALL_AFTER
NEVER_AGAIN = ("unreachable", "forbidden")


def dialled(tries: int = 1, **values: object) -> Conversation:
    """Called back, and it rings."""
    phone = Telephone(account_id="a", number="+358401234567", line=Line.DIALLING, tries=tries)
    call = Call(id="call", video=False, since=AT, telephone=phone)
    return replace(accepted(Channel.VOICE), call=call, **values)  # type: ignore[arg-type]


def not_reached(one: Conversation, why: str = "busy") -> Conversation:
    return after(one, hung_up(one, PLACE, "call", why, at=AT + MINUTE))


def line(one: Conversation) -> Line | None:
    return one.call.telephone.line if one.call and one.call.telephone else None


@pytest.mark.parametrize("why", sorted(AGAIN))
def test_who_was_not_reached_is_in_their_place_at_once_and_nobody_is_asked_for_a_while(why: str) -> None:
    before = dialled()
    now = not_reached(before, why)
    assert (now.state, now.owner_id, now.holds, line(now)) == (State.OPEN, None, {}, Line.WANTED)
    assert (now.queued_at, now.affinity_id) == (before.queued_at, "aino"), "first to be asked when it is time"
    assert now.deadlines == {"recall": DUE}
    assert (postponed_until(now), waiting_of(now).postponed) == (DUE, DUE)
    assert now.call is not None
    assert now.call.telephone is not None
    assert (now.call.telephone.why, now.call.telephone.tries) == (why, 1)
    assert dial(now, "next") == (), "nobody is there yet"


def test_that_nobody_takes_it_counts_from_then_on() -> None:
    impatient = replace(RULES, timers=replace(RULES.timers, auto_close_open=60))
    now = after(dialled(), hung_up(dialled(), (impatient, "Support"), "call", "busy", at=AT + MINUTE))
    moved = Queued(queue_id="billing", queue_name="Billing", cause="assigned", auto_close_at=AT + 2 * MINUTE)
    for one in (now, after(now, (moved,))):
        assert one.deadlines == {"recall": DUE}
        late = DUE + 10 * MINUTE
        due = after(one, recall_due(one, (impatient, "Support"), late), late)
        assert due.deadlines == {"auto_close": late + MINUTE}


def test_when_it_is_time_agents_are_asked_and_they_wait() -> None:
    later = not_reached(dialled())
    assert (in_line(later), waiting_since(later)) == (True, None)
    due = after(later, recall_due(later, PLACE, DUE), DUE)
    assert (due.state, due.queued_at, line(due), due.deadlines) == (
        State.OPEN, later.queued_at, Line.WANTED, {},
    )  # fmt: skip
    assert (waiting_of(due).postponed, waiting_since(due)) == (None, DUE)


def test_what_an_earlier_version_left_with_its_agent_is_in_its_queue_when_it_is_time() -> None:
    """Its facts end with one that put it aside: of that only the telephone and the time are left."""
    old = after(dialled(), (TelephoneMissed(cause="busy"), CallbackPostponed(agent_id="aino", until=DUE)))
    for was in (old, replace(old, state=State.WAITING, holds={})):
        back = after(was, recall_due(was, PLACE, DUE), DUE)
        assert (back.state, back.owner_id, back.holds, back.deadlines) == (State.OPEN, None, {}, {})
        assert (line(back), back.affinity_id) == (Line.WANTED, "aino")


BEFORE = AT + 2 * MINUTE
FIRST = offer(("eino", "Eino"), expires_at=BEFORE + MINUTE)


@pytest.mark.parametrize(
    "taken",
    [
        (Picked(agent_id="eino", agent_name="Eino", units=1),),
        (OfferMade(offer=FIRST), OfferAccepted(offer=FIRST)),
    ],
    ids=["picked", "assigned"],
)
def test_whoever_takes_them_before_that_calls_them_at_once(taken: tuple[Event, ...]) -> None:
    now = after(not_reached(dialled()), taken, BEFORE)
    assert (now.owner_id, now.deadlines) == ("eino", {"dial": BEFORE})
    again = after(now, dial(now, "next"))
    assert (line(again), again.deadlines) == (Line.DIALLING, {})
    assert again.call is not None
    assert again.call.telephone is not None
    assert (again.call.id, again.call.telephone.tries) == ("next", 2)


def test_who_is_assigned_and_declined_is_called_by_whoever_is_asked_next() -> None:
    """The supervisor has decided that it is time."""
    now = after(not_reached(dialled()), (OfferMade(offer=FIRST),), BEFORE)
    assert (postponed_until(now), waiting_since(now)) == (None, BEFORE)
    back = after(now, (OfferRejected(offer=FIRST),), BEFORE)
    assert (back.state, postponed_until(back)) == (State.OPEN, None)


def test_in_another_queue_it_is_time_when_it_would_have_been() -> None:
    moved = Queued(
        queue_id="billing", queue_name="Billing", cause="assigned", by_id="saara", by_role="supervisor"
    )
    now = after(not_reached(dialled()), (moved,), BEFORE)
    assert (now.queue_id, now.affinity_id, postponed_until(now)) == ("billing", "aino", DUE)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (dialled(tries=MOST_BY_ITSELF), "busy"),
        (dialled(outbound=True), "busy"),
        *((dialled(), why) for why in NEVER_AGAIN),
    ],
    ids=["often enough", "begun by an agent", *NEVER_AGAIN],
)
def test_otherwise_it_is_their_agents(one: Conversation, why: str) -> None:
    now = not_reached(one, why)
    assert (now.state, now.owner_id, now.holds, line(now)) == (State.ACTIVE, "aino", {"aino": 1}, Line.MISSED)
    assert redial_refusal("aino", now) is None


def test_of_whom_nobody_has_any_more_the_place_is_kept() -> None:
    phone = dialled().call
    assert hung_up(replace(an_open(Channel.VOICE), call=phone), PLACE, "call", "busy", at=AT) == (
        TelephoneMissed(cause="busy"),
    )


def test_who_is_in_it_beside_the_agent_is_out() -> None:
    people = (participant(SUPERVISOR, Role.MONITOR), participant(("eino", "Eino"), Role.CONSULT))
    one = dialled(participants=people)
    events = hung_up(one, PLACE, "call", "busy", at=AT)
    assert [event.kind for event in events] == [
        "telephone_missed", "monitor_stopped", "participant_left", "queued", "callback_postponed",
    ]  # fmt: skip
    assert after(one, events).participants == ()


@given(st.lists(st.sampled_from(sorted(AGAIN)), min_size=1, max_size=6))
def test_it_is_tried_three_times_by_itself_and_no_more(causes: list[str]) -> None:
    now, by_itself = dialled(), 0
    for why in causes:
        events = hung_up(now, PLACE, "call", why, at=AT)
        now = after(now, events, AT)
        if not any(isinstance(event, CallbackPostponed) for event in events):
            break
        by_itself += 1
        now = after(now, (Picked(agent_id="aino", agent_name="Aino", units=1),), AT)
        now = after(now, dial(now, "call"), AT)
    assert by_itself == min(len(causes), MOST_BY_ITSELF - 1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((0, 0, 1), None),
        ((MOST_TO_NUMBER - 1, 9, 10), None),
        ((MOST_TO_NUMBER, 9, 10), Reason.CALLED_BACK_TOO_OFTEN),
        ((0, 10, 10), Reason.CALLBACKS_FULL),
        ((0, 0, 0), Reason.CALLBACKS_FULL),
    ],
)
def test_only_so_many_are_taken_within_an_hour(asked: tuple[int, int, int], expected: Reason | None) -> None:
    refusal = callbacks_refusal(asked[0], asked[1], most=asked[2])
    assert (refusal.reason if isinstance(refusal, Refusal) else None) is expected

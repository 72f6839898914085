"""Whoever has asked to be called back and was not reached: who calls them again, when, and how often."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import AT, MINUTE, SUPERVISOR, accepted, after, an_open, participant, workstream

from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.leaving import WATCHED
from valvomo.domain.conversations.model import Channel, Conversation, Role, State
from valvomo.domain.conversations.queueing import Resumed, lost, resume_refusal
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
    redial_refusal,
)
from valvomo.domain.refusals import Reason, Refusal

RULES = workstream(Channel.VOICE)
NEVER_AGAIN = ("unreachable", "forbidden")


def dialled(tries: int = 1, **values: object) -> Conversation:
    """Called back, and it rings."""
    phone = Telephone(account_id="a", number="+358401234567", line=Line.DIALLING, tries=tries)
    call = Call(id="call", video=False, since=AT, telephone=phone)
    return replace(accepted(Channel.VOICE), call=call, **values)  # type: ignore[arg-type]


def not_reached(one: Conversation, why: str = "busy") -> Conversation:
    return after(one, hung_up(one, RULES, "call", why, at=AT + MINUTE))


def line(one: Conversation) -> Line | None:
    return one.call.telephone.line if one.call and one.call.telephone else None


@pytest.mark.parametrize("why", sorted(AGAIN))
def test_who_was_not_reached_stays_with_their_agent_for_a_while_at_no_cost(why: str) -> None:
    now = not_reached(dialled(), why)
    assert (now.state, now.owner_id, now.holds, line(now)) == (State.WAITING, "aino", {}, Line.WANTED)
    assert now.deadlines == {"recall": AT + MINUTE + RECALL_AFTER}
    assert now.call is not None
    assert now.call.telephone is not None
    assert (now.call.telephone.why, now.call.telephone.tries) == (why, 1)
    assert dial(replace(now, state=State.OPEN, owner_id=None), "next") == (), "nobody is there yet"


def test_then_they_are_in_their_place_and_called_by_whoever_takes_them() -> None:
    waits = not_reached(dialled())
    back = after(waits, lost(waits, RULES, "Support", "callback", at=AT + MINUTE + RECALL_AFTER))
    assert (back.state, back.owner_id, back.queued_at, line(back)) == (
        State.OPEN, None, waits.queued_at, Line.WANTED,
    )  # fmt: skip
    assert "recall" not in back.deadlines


def test_until_then_their_agent_may_call_them_at_any_moment() -> None:
    waits = not_reached(dialled())
    assert resume_refusal("aino", waits) is None
    now = after(
        waits, (Resumed(agent_id="aino", agent_name="Aino", cause="agent", units=1),), AT + 2 * MINUTE
    )
    assert now.deadlines == {"dial": AT + 2 * MINUTE}
    again = after(now, dial(now, "next"))
    assert (line(again), again.deadlines) == (Line.DIALLING, {})
    assert again.call is not None
    assert again.call.telephone is not None
    assert (again.call.id, again.call.telephone.tries) == ("next", 2)


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
    assert hung_up(replace(an_open(Channel.VOICE), call=phone), RULES, "call", "busy", at=AT) == (
        TelephoneMissed(cause="busy"),
    )


def test_who_talks_with_the_agent_is_out_and_who_monitors_stays() -> None:
    people = (participant(SUPERVISOR, Role.MONITOR), participant(("eino", "Eino"), Role.CONSULT))
    one = dialled(participants=people)
    events = hung_up(one, RULES, "call", "busy", at=AT)
    assert [event.kind for event in events] == ["telephone_missed", "participant_left", "callback_postponed"]
    now = after(one, events)
    assert [one.role for one in now.participants] == [Role.MONITOR]
    assert now.state in WATCHED


@given(st.lists(st.sampled_from(sorted(AGAIN)), min_size=1, max_size=6))
def test_it_is_tried_three_times_by_itself_and_no_more(causes: list[str]) -> None:
    now, by_itself = dialled(), 0
    for why in causes:
        events = hung_up(now, RULES, "call", why, at=AT)
        now = after(now, events, AT)
        if not any(isinstance(event, CallbackPostponed) for event in events):
            break
        by_itself += 1
        now = after(now, (Resumed(agent_id="aino", agent_name="Aino", cause="agent", units=1),), AT)
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

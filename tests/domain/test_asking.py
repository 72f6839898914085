"""Asking for a supervisor: whose words stand, what taking back leaves, what answers, and what becomes of a mute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sample_talk import AGENT, AT, MINUTE, SUPERVISOR, accepted, participant, wrap_up

from valvomo.domain.conversations.ask import (
    ask,
    ask_refusal,
    asked_by_customer,
    comes_to_help,
    withdraw,
    withdraw_refusal,
)
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.marks import Asked
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.conversations.mute import is_muted, mute
from valvomo.domain.conversations.queueing import NoLongerOrphaned, Orphaned
from valvomo.domain.refusals import Reason, Refusal

CUSTOMER, HELP, BACK = "customer", "help", "back"


def done(conversation: Conversation, decision: tuple[Event, ...] | Refusal, at: datetime) -> Conversation:
    assert not isinstance(decision, Refusal), decision
    for event in decision:
        conversation = fold(conversation, event, at)
    return conversation


def played(*acts: str) -> Asked | None:
    """One act a minute."""
    one = accepted()
    for minute, act in enumerate(acts):
        decision = {
            CUSTOMER: asked_by_customer(one), HELP: ask(AGENT, one, "He shouts."), BACK: withdraw(AGENT, one)
        }[act]  # fmt: skip
        one = done(one, decision, AT + minute * MINUTE)
    return one.asked


@pytest.mark.parametrize(
    ("acts", "role", "minute"),
    [
        ((CUSTOMER,), "customer", 0),
        ((CUSTOMER, CUSTOMER), "customer", 0),
        ((HELP,), "agent", 0),
        ((HELP, BACK), None, 0),
        ((CUSTOMER, HELP), "agent", 0),
        ((CUSTOMER, HELP, BACK), "customer", 0),
        ((HELP, CUSTOMER), "agent", 0),
        ((HELP, CUSTOMER, CUSTOMER, BACK), "customer", 1),
        ((HELP, BACK, CUSTOMER, HELP), "agent", 2),
        ((CUSTOMER, HELP, BACK, HELP, BACK), "customer", 0),
    ],
)
def test_an_agent_takes_back_their_own_words_only(
    acts: tuple[str, ...], role: str | None, minute: int
) -> None:
    asked = played(*acts)
    assert (asked.by_role if asked else None) == role
    if asked is not None:
        assert asked.since == AT + minute * MINUTE
        assert (asked.note == "He shouts.") is (role == "agent")


def test_once_is_enough_of_each() -> None:
    one = done(accepted(), asked_by_customer(accepted()), AT)
    assert asked_by_customer(one) == ()
    assert withdraw_refusal(AGENT[0], one) == Refusal(Reason.NOT_ASKED)
    both = done(one, ask(AGENT, one, None), AT)
    assert asked_by_customer(both) == ()
    assert ask_refusal(AGENT[0], both) == Refusal(Reason.ALREADY_ASKED, {"by": "Aino"})


def test_nothing_is_noted_where_a_supervisor_reads_it_or_nobody_can_do_anything() -> None:
    joined = accepted(participants=(participant(SUPERVISOR, Role.SUPERVISOR, public=True),))
    listening = accepted(participants=(participant(SUPERVISOR, Role.MONITOR),))
    assert asked_by_customer(joined) == ()
    assert asked_by_customer(wrap_up()) == ()
    assert len(asked_by_customer(listening)) == 1


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("visibility", list(Visibility))
def test_who_comes_to_help_is_a_supervisor_whom_somebody_hears(role: Role, visibility: Visibility) -> None:
    heard = {
        Role.SUPERVISOR: (Visibility.PUBLIC, Visibility.WHISPER), Role.MONITOR: (Visibility.WHISPER,)
    }.get(role, ())  # fmt: skip
    assert comes_to_help(visibility, role) is (visibility in heard)


@pytest.mark.parametrize("minutes", [None, 30])
def test_who_asks_for_a_supervisor_is_seen_in_spite_of_a_mute(minutes: int | None) -> None:
    until = AT + timedelta(minutes=minutes) if minutes else None
    one = done(accepted(), mute(SUPERVISOR, accepted(), until, None), AT)
    assert is_muted(one, AT + MINUTE)
    customers = done(one, asked_by_customer(one), AT + MINUTE)
    assert not is_muted(customers, AT + MINUTE)
    again = done(customers, mute(SUPERVISOR, customers, until, None), AT + 2 * MINUTE)
    assert is_muted(again, AT + 2 * MINUTE)
    assert not is_muted(done(again, ask(AGENT, again, None), AT + 3 * MINUTE), AT + 3 * MINUTE)


def test_what_nobody_will_take_is_seen_in_spite_of_a_mute() -> None:
    one = done(accepted(), mute(SUPERVISOR, accepted(), AT + 30 * MINUTE, None), AT)
    assert is_muted(fold(one, NoLongerOrphaned(), AT), AT + MINUTE)
    assert not is_muted(fold(one, Orphaned(cause="members"), AT), AT + MINUTE)

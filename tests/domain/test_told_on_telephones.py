"""What customers on a telephone are told of what happens, when, and whether it is known beforehand (spec 1 §3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_talk import AT, SUPERVISOR, accepted, participant

from valvomo.domain.calls.announcing import (
    Hush,
    Prompt,
    Rest,
    Say,
    Telling,
    begun,
    ended,
    farewell,
    hears_of,
    hushed,
    next_step,
    told_of,
)
from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.coach import CoachingStarted, CoachingStopped
from valvomo.domain.conversations.ending import AutoClosed, Ended
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.force_close import ForceClosed, force_close
from valvomo.domain.conversations.join import ParticipantLeft, SupervisorJoined, TookOver
from valvomo.domain.conversations.model import Channel, Consent, ConsentPolicy, Conversation, Role, State
from valvomo.domain.conversations.monitor import MonitorStarted, MonitorStopped
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.telephone import HOUSE as BY_HOUSE
from valvomo.domain.conversations.telephone import CallbackRequested, TelephoneAnswered
from valvomo.domain.conversations.told import ANNOUNCED, OF_ACTS, Told, Untold, announced, spoken, untold
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.overflow import Remedy, Trigger
from valvomo.protocol.spoken import told_words

USUAL = frozenset(ANNOUNCED)
WATCH: dict[str, Any] = {"supervisor_id": "saara", "supervisor_name": "Saara"}
JOINED = SupervisorJoined(**WATCH)
LEFT = ParticipantLeft(person_id="saara", person_name="Saara", role=Role.SUPERVISOR, public=True)
TAKEN = TookOver(**WATCH, from_id="aino", from_name="Aino", units=1)
PICKED = Picked(agent_id="aino", agent_name="Aino", units=1)
FORCED = ForceClosed(by_id="saara", by_name="Saara", reason="r", state=State.ACTIVE)
HOUSE = Overflowed(
    key="k", trigger=Trigger.CLOSED, remedy=Remedy.CLOSE, queue_id="q", queue_name="Q", text="We are closed."
)
BACK = Queued(queue_id="q", queue_name="Q", cause="released", from_id="aino", by_id="aino", by_role="agent")
HUNG_UP = Ended(cause="agent_ended", by_role="agent")
WANTED: dict[str, Any] = {"call_id": "d", "account_id": "a", "number": "+358401234567"}
ASKED = CallbackRequested(**WANTED, by="keys")
CUT_OFF = CallbackRequested(**WANTED, by=BY_HOUSE)


def by_telephone(line: Line = Line.UP, **values: Any) -> Conversation:
    phone = Telephone(account_id="a", number="+358401234567", line=line)
    call = Call(id="c", video=False, since=AT, telephone=phone)
    return replace(accepted(Channel.VOICE), call=call, account_id="a", window_closed=True, **values)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (JOINED, "supervisor_joined"),
        (LEFT, "supervisor_left"),
        (TAKEN, "took_over"),
        (FORCED, "supervisor_ended"),
        (HOUSE, "house_says"),
        (PICKED, None),
        (BACK, None),
        (HUNG_UP, None),
        (MonitorStarted(**WATCH), None),
        (MonitorStarted(**WATCH, shown=True), None),
        (MonitorStopped(**WATCH), None),
        (CoachingStarted(**WATCH), None),
        (CoachingStopped(**WATCH), None),
    ],
    ids=lambda one: getattr(one, "kind", one) or "nothing",
)
def test_what_is_said_of_what_happens(event: Event, code: str | None) -> None:
    told = spoken(event, USUAL)
    assert (told.code if told else None) == code
    assert announced(event, by_telephone(), USUAL) is None, "nothing is written to who is on a telephone"
    if code is not None and code != "house_says":
        assert spoken(event, frozenset()) is None, "the workstream says nothing"


@pytest.mark.parametrize("chosen", [USUAL, frozenset[str](), frozenset({"agent_joined", "ended"})], ids=len)
def test_monitoring_and_whispers_are_never_said_whatever_is_chosen(chosen: frozenset[str]) -> None:
    for event in (MonitorStarted(**WATCH, shown=True), MonitorStopped(**WATCH), CoachingStarted(**WATCH)):
        assert hears_of(Telling(), [event], chosen) == Telling()


def test_who_takes_over_is_said_where_it_is_said_who_joins() -> None:
    for chosen in ({"supervisor_joined"}, {"agent_joined"}):
        assert spoken(TAKEN, frozenset(chosen)) == Told(code="took_over", name="Saara")
    assert spoken(TAKEN, frozenset({"supervisor_left"})) is None


NO_VOICE, OFF, AWAY, SHUT, NOBODY = (
    Untold.NO_VOICE, Untold.SWITCHED_OFF, Untold.NOT_CONNECTED, Untold.WINDOW_CLOSED, Untold.NOBODY,
)  # fmt: skip
CASES: dict[str, tuple[Conversation, frozenset[str], bool, Untold | None]] = {
    "a window": (accepted(), frozenset(), False, None),
    "a call from a window": (accepted(Channel.VOICE), frozenset(), False, None),
    "a telephone": (by_telephone(), USUAL, True, None),
    "a telephone without a voice": (by_telephone(), USUAL, False, NO_VOICE),
    "a telephone where it is off": (by_telephone(), frozenset(), True, OFF),
    "off and no voice": (by_telephone(), frozenset(), False, OFF),
    "a telephone that rings": (by_telephone(Line.DIALLING), USUAL, True, AWAY),
    "to be called back": (by_telephone(Line.WANTED), USUAL, True, AWAY),
    "not reached": (by_telephone(Line.MISSED), USUAL, True, AWAY),
    "called back, with a window": (by_telephone(customer_online=True), frozenset(), False, None),
    "called back, their window gone": (by_telephone(customer_online=False), USUAL, False, NO_VOICE),
    "the telephone is over": (replace(by_telephone(), call=None), USUAL, True, AWAY),
    "messages": (replace(accepted(Channel.WHATSAPP), account_id="a"), USUAL, False, None),
    "messages where it is off": (replace(accepted(Channel.WHATSAPP), account_id="a"), frozenset(), True, OFF),
    "messages not now": (
        replace(accepted(Channel.WHATSAPP), account_id="a", window_closed=True), USUAL, True, SHUT,
    ),
    "a record": (accepted(Channel.RECORD), USUAL, True, NOBODY),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_whether_a_customer_is_told_that_a_supervisor_joins(case: str) -> None:
    conversation, chosen, speaks, why = CASES[case]
    assert untold("supervisor_joined", conversation, chosen, speaks=speaks) is why


ACTS: dict[str, Event] = {"join": JOINED, "leave": LEFT, "take_over": TAKEN, "force_close": FORCED}
CHOICES = (USUAL, frozenset[str](), frozenset({"supervisor_ended"}), frozenset({"agent_joined"}))


@pytest.mark.parametrize("act", ACTS)
def test_what_is_known_beforehand_is_what_is_done(act: str) -> None:
    assert OF_ACTS.keys() == ACTS.keys()
    on_line, in_messages = by_telephone(), replace(accepted(Channel.WHATSAPP), account_id="a")
    for chosen in CHOICES:
        said, written = spoken(ACTS[act], chosen), announced(ACTS[act], in_messages, chosen)
        assert (untold(OF_ACTS[act], on_line, chosen, speaks=True) is None) is (said is not None)
        assert untold(OF_ACTS[act], on_line, chosen, speaks=False) is not None
        assert (untold(OF_ACTS[act], in_messages, chosen, speaks=False) is None) is (written is not None)


def hearing(*events: Event, chosen: frozenset[str] = USUAL, telling: Telling | None = None) -> Telling:
    return hears_of(telling or Telling(), events, chosen)


def test_one_line_after_the_other_and_each_once() -> None:
    one, telling = by_telephone(), hearing(PICKED, JOINED, TAKEN)
    assert [it.code for it in telling.lines] == ["supervisor_joined", "took_over"]
    assert next_step(one, telling, 0.0) == Say(Prompt.LINE)
    playing = begun(telling, Prompt.LINE)
    assert next_step(one, playing, 1.0) == Rest()
    assert next_step(one, ended(playing, 2.0), 2.0) == Say(Prompt.LINE)
    assert next_step(one, ended(begun(ended(playing, 2.0), Prompt.LINE), 3.0), 3.0) == Rest()
    assert hushed(playing).lines == telling.lines, "what was cut off was not heard"
    assert told_of(telling).lines == telling.lines[1:]


@pytest.mark.parametrize("state", ["open", "accepted"])
def test_the_notice_comes_first_and_the_wait_afterwards(state: str) -> None:
    one = by_telephone(consent=Consent(policy=ConsentPolicy.NOTICE))
    if state == "open":
        one = replace(one, state=State.OPEN, owner_id=None)
    told = replace(one, consent=Consent(policy=ConsentPolicy.NOTICE, version=1, language="en"))
    telling = hearing(HOUSE)
    assert next_step(one, telling, 0.0) == Say(Prompt.NOTICE)
    assert next_step(told, telling, 0.0) == Say(Prompt.LINE)
    after = told_of(telling)
    assert next_step(told, after, 0.0) == (Say(Prompt.WAIT) if state == "open" else Rest())
    assert next_step(one, begun(telling, Prompt.LINE), 0.0) == Hush(), "where it is to come first after all"


def test_who_could_not_be_told_the_notice_is_still_told_what_happens_but_not_of_the_wait() -> None:
    one = by_telephone(consent=Consent(policy=ConsentPolicy.NOTICE), state=State.OPEN)
    assert next_step(one, Telling(), 0.0, voiced=False) == Rest()
    assert next_step(one, hearing(HOUSE), 0.0, voiced=False) == Say(Prompt.LINE)


def test_a_telephone_that_rings_is_told_nothing_and_afterwards_nothing_of_before() -> None:
    assert next_step(by_telephone(Line.DIALLING), hearing(JOINED), 0.0) == Rest()
    assert hearing(JOINED, TelephoneAnswered()).lines == ()
    assert [one.code for one in hearing(JOINED, TelephoneAnswered(), LEFT).lines] == ["supervisor_left"]


@pytest.mark.parametrize(
    ("events", "chosen", "last"),
    [
        ((LEFT, FORCED), USUAL, "supervisor_ended"),
        ((JOINED, FORCED), USUAL, "supervisor_ended"),
        ((FORCED,), frozenset[str](), None),
        ((HUNG_UP,), USUAL, None),
        ((HUNG_UP,), frozenset({"agent_ended"}), "agent_ended"),
        ((HOUSE, AutoClosed(state=State.OPEN)), frozenset[str](), "house_says"),
        ((JOINED,), USUAL, None),
    ],
    ids=["left", "joined", "off", "agent", "agent_chosen", "house", "not_an_end"],
)
def test_why_it_is_over_is_the_last_word(
    events: tuple[Event, ...], chosen: frozenset[str], last: str | None
) -> None:
    told = farewell(hearing(*events, chosen=chosen), State.CLOSED)
    assert (told.code if told else None) == last


@pytest.mark.parametrize(
    ("events", "state", "last"),
    [
        ((ASKED,), State.OPEN, "called_back"),
        ((HOUSE, ASKED), State.OPEN, "called_back"),
        ((ASKED, FORCED), State.CLOSED, "supervisor_ended"),
        ((ASKED, AutoClosed(state=State.OPEN)), State.CLOSED, None),
        ((ASKED, PICKED), State.ACTIVE, "called_back"),
        ((CUT_OFF,), State.OPEN, None),
    ],
    ids=["asked", "after_the_house", "closed_by_force", "closed", "accepted_at_once", "cut_off"],
)
def test_who_asks_to_be_called_back_is_told_that_they_are(
    events: tuple[Event, ...], state: State, last: str | None
) -> None:
    told = farewell(hearing(*events), state)
    assert (told.code if told else None) == last


def test_who_has_answered_is_not_told_again_that_they_are_called_back() -> None:
    assert hearing(ASKED, TelephoneAnswered()).lines == ()


def test_a_supervisor_who_closes_what_they_have_joined_is_said_to_have_ended_it() -> None:
    joined = by_telephone(participants=(participant(SUPERVISOR, Role.SUPERVISOR),))
    closing = force_close(SUPERVISOR, joined, "r")
    assert not isinstance(closing, Refusal)
    assert farewell(hearing(*closing), State.CLOSED) == Told(code="supervisor_ended")


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_in_which_words(language: str) -> None:
    lines = hearing(JOINED, LEFT, TAKEN, FORCED, HOUSE, ASKED).lines
    said = [told_words(one, language) for one in lines]
    assert all("Saara" in one for one in said[:3])
    assert said[4] == "We are closed."
    assert len(set(said)) == len(lines)

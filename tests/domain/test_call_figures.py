"""Figures of calls: talk, hold and quality, worked out by hand; and that whatever happens they add up."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sample_waiting import NOON

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.call import Elevated
from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.call_quality import CallRated, WayRated
from valvomo.domain.conversations.ending import Ended, WrapUpCompleted
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.hold import Held, Unheld
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, Mode
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import Parked, Queued, Resumed
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.telephone import (
    CallbackRequested,
    TelephoneAnswered,
    TelephoneDialled,
    TelephoneMissed,
)
from valvomo.domain.figures import calls
from valvomo.domain.figures.counting import counted
from valvomo.domain.figures.entries import NOTHING, Counter, Entry, Spent
from valvomo.domain.figures.sums import Goal, Sums, summed
from valvomo.domain.figures.turn import Turn
from valvomo.protocol.calls import call_item
from valvomo.protocol.lookups import Lookups

GOAL = Goal()


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Story:
    """One conversation told second by second."""

    def __init__(self, channel: Channel = Channel.VOICE) -> None:
        self.entries: list[Entry] = []
        self.now: Conversation | None = None
        self.spent: Spent = NOTHING
        self.at(
            0,
            ConversationStarted(
                conversation_id="c", organization_id="o", workstream_id="w", queue_id="q", queue_name="Q",
                channel=channel, mode=Mode.VOICE if channel in SPOKEN else Mode.TEXT, contact_id="k",
                customer_name="Kaisa", units=1,
            ),
        )  # fmt: skip

    def at(self, seconds: float, *events: Event) -> Story:
        for event in events:
            before, self.now = self.now, fold(self.now, event, after(seconds))
            found, self.spent = counted(Turn(before, event, self.now, after(seconds), self.spent), {})
            self.entries += found
        return self

    def seconds(self, counter: Counter) -> list[tuple[float, str | None]]:
        return [((one.ms or 0) / 1000, one.agent_id) for one in self.entries if one.counter == counter]

    def sums(self, agent: str | None = None) -> Sums:
        return summed((one for one in self.entries if agent in (None, one.agent_id)), GOAL)


def picked(agent: str = "aino") -> Picked:
    return Picked(agent_id=agent, agent_name=agent, units=1)


RELEASED = Queued(queue_id="q", queue_name="Q", cause="released")
UNHELD = Unheld()


def test_a_call_with_two_holds() -> None:
    """Answered at 20, on hold from 50 to 80 and from 100 to 110, over at 200."""
    story = Story().at(20, picked()).at(50, Held()).at(80, UNHELD).at(100, Held()).at(110, UNHELD)
    assert calls.calls(story.sums()) == 0
    assert calls.holds(story.sums()) == 2
    story.at(200, Ended(cause="agent_ended")).at(230, WrapUpCompleted(agent_id="aino"))
    of = story.sums()
    assert (calls.calls(of), calls.call_talk_time(of), calls.hold_time(of)) == (1, 140, 40)
    assert (calls.holds(of), calls.longest_hold(of)) == (2, 30)
    assert story.seconds(Counter.CALL) == [(180, "aino")]


def test_a_call_that_ends_on_hold() -> None:
    story = Story().at(20, picked()).at(50, Held()).at(80, Ended(cause="customer_ended"))
    assert story.seconds(Counter.HOLD) == [(30, "aino")]
    assert story.seconds(Counter.CALL_TALK) == [(30, "aino")]


def test_each_agent_has_their_own_part_of_a_call() -> None:
    """Aino from 10 to 60, the queue, Eino from 90 on, on hold from 100 to 130, until 190."""
    story = Story().at(10, picked()).at(30, Held()).at(60, RELEASED).at(90, picked("eino"))
    story.at(100, Held()).at(130, UNHELD).at(190, Ended(cause="agent_ended"))
    assert story.seconds(Counter.CALL) == [(50, "aino"), (100, "eino")]
    assert story.seconds(Counter.HOLD) == [(30, "aino"), (30, "eino")]
    assert (calls.call_talk_time(story.sums("aino")), calls.hold_time(story.sums("aino"))) == (20, 30)
    assert (calls.call_talk_time(story.sums("eino")), calls.hold_time(story.sums("eino"))) == (70, 30)
    assert (calls.calls(story.sums()), calls.call_talk_time(story.sums())) == (2, 45)


def test_a_chat_that_is_a_call_for_a_while_and_again() -> None:
    up = Elevated(mode=Mode.VOICE, call_id="one")
    story = (
        Story(Channel.LIVE_CHAT)
        .at(10, picked())
        .at(40, up)
        .at(50, Held())
        .at(60, UNHELD)
        .at(100, CallEnded())
    )
    story.at(200, Elevated(mode=Mode.VIDEO, call_id="two")).at(260, CallEnded()).at(
        300, Ended(cause="agent_ended")
    )
    assert story.seconds(Counter.CALL) == [(60, "aino"), (60, "aino")]
    assert story.seconds(Counter.CALL_HOLD) == [(10, "aino"), (0, "aino")], "hold belongs to its own call"
    assert calls.calls(Story(Channel.LIVE_CHAT).at(5, picked()).at(9, Ended(cause="agent_ended")).sums()) == 0


BACK = CallbackRequested(call_id="b", account_id="a", number="+358401234567", by="keys")


def test_what_rings_is_no_talk() -> None:
    """Dialled at 20, not reached at 50; dialled at 80, answered at 100, on hold from 110 to 120, over at 160."""
    story = Story().at(10, BACK).at(20, picked(), TelephoneDialled(call_id="d", tries=1))
    rings = story.now
    story.at(50, TelephoneMissed(cause="busy")).at(80, TelephoneDialled(call_id="e", tries=2))
    assert rings is not None
    assert story.now is not None
    assert calls.in_call([rings, story.now]) == 0
    assert calls.calls(story.sums()) == 0
    story.at(100, TelephoneAnswered())
    assert calls.in_call([story.now]) == 1
    assert calls.has_call_since(story.now) == after(100)
    story.at(110, Held()).at(120, UNHELD).at(160, Ended(cause="agent_ended"))
    of = story.sums()
    assert (calls.calls(of), calls.call_talk_time(of), calls.hold_time(of)) == (1, 50, 10)
    assert story.seconds(Counter.CALL) == [(60, "aino")]


def test_what_goes_on_now() -> None:
    chat, ringing = Story(Channel.LIVE_CHAT).at(5, picked()).now, Story().now
    talking, waiting = Story().at(5, picked()).now, Story().at(5, picked()).at(9, Held()).now
    assert chat
    assert ringing
    assert talking
    assert waiting
    everything = [chat, ringing, talking, waiting]
    assert calls.in_call(everything) == 2
    listed = [call_item(one, Actor(id="saara", organization_id="o"), Lookups()) for one in everything]
    assert [one is not None and one.with_agent_since is not None for one in listed] == [
        False,
        False,
        True,
        True,
    ]
    assert calls.on_hold([chat, ringing, talking, waiting]) == 1


def test_quality_is_of_who_had_the_call_be_it_closed_or_not() -> None:
    ways = (
        WayRated(person_id="k", part="customer", agent_id="aino", queue_id="q", mean=4.0, worst=2.0),
        WayRated(person_id="aino", part="agent", agent_id="aino", queue_id="q", mean=4.4, worst=4.0),
        WayRated(person_id="k", part="customer", agent_id="eino", queue_id="q2", mean=3.6, worst=3.5),
    )
    story = (
        Story().at(20, picked()).at(50, Ended(cause="agent_ended")).at(60, WrapUpCompleted(agent_id="aino"))
    )
    story.at(90, CallRated(call_id="c", ways=ways, channel=Channel.VOICE, language="fi"))
    of = story.sums()
    assert calls.call_quality(of) == 4.0
    assert (calls.call_quality_of_agents(of), calls.poor_ways(of)) == (4.4, 1)
    assert calls.call_quality(story.sums("aino")) == 4.2
    assert [one.queue_id for one in story.entries if one.agent_id == "eino"] == ["q2"]
    assert calls.call_quality(Story().sums()) is None


STEPS = st.sampled_from(("pick", "other", "hold", "unhold", "park", "resume", "release", "up", "down", "end"))


def happen(story: Story, what: str, second: int) -> None:
    """One step, where it can be."""
    now = story.now
    assert now is not None
    owned = now.owner_id is not None and now.closed_at is None and now.wrap_up_at is None
    events: dict[str, tuple[bool, Event]] = {
        "pick": (now.owner_id is None, picked()),
        "other": (now.owner_id is None, picked("eino")),
        "hold": (owned and now.call is not None and now.call.held_since is None, Held()),
        "unhold": (now.call is not None and now.call.held_since is not None, UNHELD),
        "park": (owned and now.waiting_at is None and now.call is None, Parked(agent_id=now.owner_id or "")),
        "resume": (
            now.waiting_at is not None,
            Resumed(agent_id="aino", agent_name="aino", cause="taken", units=1),
        ),
        "release": (owned, RELEASED),
        "up": (
            owned and now.call is None and now.waiting_at is None,
            Elevated(mode=Mode.VOICE, call_id=f"{second}"),
        ),
        "down": (now.call is not None, CallEnded()),
        "end": (owned, Ended(cause="agent_ended")),
    }
    possible, event = events[what]
    if possible and now.wrap_up_at is None:
        story.at(second, event)


@given(st.lists(st.tuples(STEPS, st.integers(1, 100)), max_size=40))
def test_talk_and_hold_are_all_of_a_call_and_of_what_was_spent(steps: list[tuple[str, int]]) -> None:
    story, second = Story(Channel.LIVE_CHAT), 0
    for what, pause in steps:
        second += pause
        happen(story, what, second)
    if story.now and story.now.owner_id and story.now.wrap_up_at is None:
        story.at(second + 1, Ended(cause="agent_ended"))
    of = story.sums()
    assert of.ms[Counter.CALL] == of.ms[Counter.CALL_TALK] + of.ms[Counter.CALL_HOLD]
    assert of.ms[Counter.HOLD] == of.ms[Counter.CALL_HOLD], "every hold is in a call that is over"
    assert of.counts[Counter.CALL] == of.counts[Counter.CALL_TALK] == of.counts[Counter.CALL_HOLD]
    assert of.ms[Counter.CALL] <= of.ms[Counter.TALK], "a call is within what its agent was active for"
    assert min((one.ms or 0 for one in story.entries), default=0) >= 0

"""Figures: each by the formula in its docstring, worked out by hand on one conversation after another (spec 1 §8)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import workstream
from sample_waiting import NOON, seat, waits

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.call_lost import CALL_LOST
from valvomo.domain.conversations.ending import Abandoned, AutoClosed, Ended, WrapUpCompleted, customer_end
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.join import SupervisorJoined, TookOver
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.model import Channel, Conversation, Mode, Offer, OfferKind, State
from valvomo.domain.conversations.offers import OfferAccepted, OfferExpired, OfferMade, OfferRejected
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import Parked, Queued, Resumed
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.survey_form import QuestionKind
from valvomo.domain.conversations.telephone import CallbackDue, CallbackPostponed
from valvomo.domain.figures import live, sums
from valvomo.domain.figures.counting import counted
from valvomo.domain.figures.entries import NOTHING, Counter, Entry, Spent, Step
from valvomo.domain.figures.intervals import Interval, intervals, midnight
from valvomo.domain.figures.lists import LISTS
from valvomo.domain.figures.occupancy import Span as Stretch
from valvomo.domain.figures.occupancy import Together, common, joined, occupancy, there
from valvomo.domain.figures.questions import question_mean
from valvomo.domain.figures.sums import Goal, ServiceLevel, Sums, summed
from valvomo.domain.figures.turn import Turn
from valvomo.domain.routing.hours import Hours, Span
from valvomo.domain.sentiment.levels import Level

GOAL = Goal(within=60, short=5)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@dataclass
class Story:
    """One conversation told second by second; what it adds to the figures gathers in `entries`."""

    bot: bool = False
    channel: Channel = Channel.PERSISTENT_CHAT
    calendars: dict[str, Hours] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    now: Conversation | None = None
    spent: Spent = NOTHING

    def __post_init__(self) -> None:
        self.at(
            0,
            ConversationStarted(
                conversation_id="c", organization_id="o", workstream_id="w", queue_id="q", queue_name="Q",
                channel=self.channel, mode=Mode.TEXT, contact_id="k", customer_name="Kaisa", units=1,
                bot_id="bot" if self.bot else None, bot_name="Bot" if self.bot else None,
            ),
        )  # fmt: skip

    def at(self, seconds: float, event: Event) -> Story:
        before, self.now = self.now, fold(self.now, event, after(seconds))
        found, self.spent = counted(Turn(before, event, self.now, after(seconds), self.spent), self.calendars)
        self.entries += found
        return self

    def says(self, seconds: float, who: str = "customer") -> Story:
        assert self.now is not None
        author = "k" if who == "customer" else who
        role = "customer" if who == "customer" else "primary"
        return self.at(
            seconds,
            MessagePosted(
                message_id="m", seq=self.now.seq + 1, public_seq=self.now.public_seq + 1, author_id=author,
                author_role=role, visibility=Visibility.PUBLIC, digest="",
            ),
        )  # fmt: skip

    @property
    def sums(self) -> Sums:
        return summed(self.entries, GOAL)

    def counted(self, counter: str) -> list[tuple[float | None, str | None]]:
        """Seconds and whose, of each entry of a kind."""
        found = [one for one in self.entries if one.counter == counter]
        return [(None if one.ms is None else one.ms / 1000, one.agent_id) for one in found]


def picked(agent: str = "aino") -> Picked:
    return Picked(agent_id=agent, agent_name=agent, units=1)


def offer(agent: str = "aino", made: float = 0, **more: object) -> Offer:
    plain = Offer(
        id="offer", kind=OfferKind.ASSIGNMENT, agent_id=agent, agent_name=agent, by_id=None, by_role="router",
        made_at=after(made), expires_at=after(made + 120),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_conversation_by_hand() -> None:
    """0 arrives, 10 offered, 30 rejected, 40 offered to another, 70 accepted: 70 s, over the goal of 60."""
    story = Story().at(10, OfferMade(offer=offer(made=10)))
    story.at(30, OfferRejected(offer=offer(made=10)))
    story.at(40, OfferMade(offer=offer("eino", made=40))).at(70, OfferAccepted(offer=offer("eino", made=40)))
    story.says(80, "eino").says(100).says(110).says(130, "eino")
    story.at(170, Ended(cause="agent_ended")).at(200, WrapUpCompleted(agent_id="eino"))
    of = story.sums
    assert (sums.started(of), sums.answered(of), sums.completed(of)) == (1, 1, 1)
    assert sums.speed_of_answer(of) == 70
    assert sums.service_level(of) == ServiceLevel(within=0, accepted=1)
    assert sums.first_response(of) == 80
    assert sums.response_time(of) == 30, "from the first of two messages that waited for an answer"
    assert (sums.talk_time(of), sums.wrap_up_time(of), sums.handle_time(of)) == (100, 30, 130)
    assert story.counted("offered") == [(None, "aino"), (None, "eino")]
    assert story.counted("rejected") == [(20, "aino")]
    assert story.counted("accepted") == [(30, "eino")]
    assert story.counted("session.accepted") == [(70, "eino")]
    assert story.counted("served") == [(None, "eino")]


def test_whoever_is_called_again_later_does_not_wait_before_that() -> None:
    """Not reached at 40 and at 400: first they wait from 340 to 360, then Eino takes them when it is not time yet."""
    story = Story().at(10, picked())
    for missed, due in ((40, 340), (400, 700)):
        story.at(
            missed, Queued(queue_id="q", queue_name="Q", cause="callback", from_id="aino", affinity_id="aino")
        )
        story.at(missed, CallbackPostponed(agent_id="aino", until=after(due)))
        assert story.now is not None
        assert (live.in_queue([story.now]), live.longest_wait_since([story.now])) == (0, None)
        if due == 340:
            story.at(due, CallbackDue())
            assert (live.in_queue([story.now]), live.longest_wait_since([story.now])) == (1, after(due))
            story.at(360, picked())
    story.at(500, picked("eino")).at(560, Ended(cause="customer_ended"))
    assert story.counted("session.accepted") == [(10, "aino"), (20, "aino"), (0, "eino")]
    assert len(story.counted(Counter.SESSION)) == 3, "each stay in the queue is one"
    assert story.counted("talk") == [(30, "aino"), (40, "aino"), (60, "eino")]
    assert (story.counted("waiting"), sums.speed_of_answer(story.sums)) == ([], 10)


def test_handle_time_is_of_all_primaries_less_what_was_parked() -> None:
    """Aino 10 to 60, parked to 460, again to 500; released to the queue, Eino 530 to 590, wraps up until 600."""
    story = Story().at(10, picked()).at(60, Parked(agent_id="aino"))
    story.at(460, Resumed(agent_id="aino", agent_name="aino", cause="customer_wrote", units=1))
    story.at(500, Queued(queue_id="q", queue_name="Q", cause="released", from_id="aino"))
    story.at(530, picked("eino")).at(590, Ended(cause="customer_ended"))
    story.at(600, WrapUpCompleted(agent_id="eino"))
    assert story.counted("talk") == [(50, "aino"), (40, "aino"), (60, "eino")]
    assert story.counted("waiting") == [(400, "aino")]
    assert sums.handle_time(story.sums) == 50 + 40 + 60 + 10
    own = {
        who: summed([one for one in story.entries if one.agent_id == who], GOAL) for who in ("aino", "eino")
    }
    assert {who: sums.own_handle_time(of) for who, of in own.items()} == {"aino": 90, "eino": 70}
    assert (sums.own_talk_time(own["eino"]), sums.own_wrap_up_time(own["eino"])) == (60, 10)
    assert sums.own_handle_time(Story().sums) is None
    assert sums.talk_time(story.sums) == 150
    assert story.counted("served") == [(None, "aino"), (None, "eino")]
    assert (sums.answered(story.sums), sums.started(story.sums)) == (1, 1), "coming back is not coming again"
    assert sums.speed_of_answer(story.sums) == 10
    assert story.counted("session.accepted") == [(10, "aino"), (30, "eino")]
    assert sums.session_wait(story.sums) == 20
    assert story.sums.counts["session.began"] == 2


def test_service_level_and_its_variants() -> None:
    lot = [Story().at(one, picked()) for one in (10, 60, 61)]
    lot += [Story().at(one, Abandoned(cause="customer_ended")) for one in (3, 5, 30)]
    forced = ForceClosed(by_id="saara", by_name="Saara", reason="test", state=State.OPEN)
    lot += [Story().at(30, forced), Story().at(30, AutoClosed(state=State.OPEN)), Story()]
    lot += [Story().at(4, AutoClosed(state=State.OPEN, cause=CALL_LOST))]
    of = summed([entry for story in lot for entry in story.entries], GOAL)
    level = sums.service_level(of)
    assert level == ServiceLevel(within=2, accepted=3, abandoned=3, short=1, unserved=3)
    assert level.of_offered == 2 / 9, "closing what waits does not serve it"
    assert level.of_accepted == 2 / 3
    assert level.without_short_abandons == 2 / 8
    assert sums.session_service_level(of) == level
    assert ServiceLevel().of_offered is None
    assert sums.abandonment(of) == 3 / 6
    assert (sums.abandoned(of), sums.force_closed(of), sums.auto_closed(of)) == (3, 1, 2)
    assert sums.wait_of_abandoned(of) == pytest.approx(38 / 3)
    assert sums.service_level(summed([e for s in lot for e in s.entries], Goal(61, 31))).within == 3


def test_who_was_served_once_does_not_abandon_before_acceptance() -> None:
    """Released and gone: closed by the customer, but not left waiting for the first answer."""
    story = Story().at(10, picked()).at(20, Queued(queue_id="q", queue_name="Q", cause="released"))
    story.at(50, Abandoned(cause="customer_gone"))
    assert sums.service_level(story.sums) == ServiceLevel(within=1, accepted=1)
    assert sums.session_service_level(story.sums) == ServiceLevel(within=1, accepted=1, abandoned=1)
    assert (sums.abandoned(story.sums), sums.abandonment(story.sums)) == (1, 0)
    assert sums.handle_time(story.sums) == 10


def left_at(seconds: float, story: Story) -> Story:
    assert story.now is not None
    left = customer_end(story.now, workstream(Channel.LIVE_CHAT), after(seconds), cause="customer_ended")
    assert isinstance(left, tuple)
    for event in left:
        story.at(seconds, event)
    return story


def test_an_offer_that_is_cut_has_an_outcome_of_its_own() -> None:
    """Offered at 10, the customer leaves at 25: withdrawn after 15 s, and abandoned after 25 s as without the offer."""
    story = left_at(25, Story(channel=Channel.LIVE_CHAT).at(10, OfferMade(offer=offer(made=10))))
    of = story.sums
    assert (story.counted("offered"), story.counted("withdrawn")) == ([(None, "aino")], [(15, "aino")])
    assert sums.service_level(of) == sums.session_service_level(of) == ServiceLevel(abandoned=1)
    assert (sums.wait_of_abandoned(of), story.counted("session.abandoned")) == (25, [(25, None)])


def test_who_leaves_a_bot_has_abandoned_nothing() -> None:
    of = left_at(40, Story(bot=True)).sums
    assert (sums.abandoned(of), sums.bot_ended(of), sums.service_level(of)) == (0, 1, ServiceLevel())


def test_who_takes_over_from_a_bot_answers_from_then_on() -> None:
    """The bot talks for 300 s; a supervisor takes over and writes 20 s later: nobody waited for people before that."""
    story = Story(bot=True).says(10)
    story.at(300, SupervisorJoined(supervisor_id="saara", supervisor_name="Saara"))
    story.at(
        300, TookOver(supervisor_id="saara", supervisor_name="Saara", from_id=None, from_name=None, units=1)
    )
    story.says(320, "saara")
    assert story.counted("first_response") == [(20, "saara")]
    taken = Story().at(10, picked()).says(30, "aino")
    taken.at(
        50,
        TookOver(supervisor_id="saara", supervisor_name="Saara", from_id="aino", from_name="Aino", units=1),
    )
    assert taken.now is not None
    assert (taken.now.queued_at, taken.now.first_response_at) == (after(0), after(30)), (
        "from people it is none"
    )


def test_a_bot_s_conversation_arrives_when_it_is_escalated() -> None:
    story = Story(bot=True)
    assert story.entries == []
    story.at(100, Queued(queue_id="q2", queue_name="Q2", cause="handed_over", from_id="bot"))
    story.at(130, picked())
    assert sums.speed_of_answer(story.sums) == 30
    assert [one.queue_id for one in story.entries if one.counter == "arrived"] == ["q2"]


def test_first_response_counts_while_it_is_open() -> None:
    """Came at noon, closed until 12:01, answered at 12:01:20: twenty seconds of opening hours."""
    zone = ZoneInfo("UTC")
    spans = (Span(0, 720), Span(721, 1440))
    hours = Hours(id="h", name="H", zone=zone, weekly=dict.fromkeys(range(7), spans))
    story = Story(calendars={"q": hours}).at(61, picked()).says(80, "aino")
    assert sums.first_response(story.sums) == 20
    assert sums.first_response(Story().at(61, picked()).says(80, "aino").sums) == 80


def test_supervisors_acts_and_what_followed() -> None:
    asked = offer(by_id="saara", by_role="supervisor")
    story = Story().at(1, OfferMade(offer=asked)).at(9, OfferExpired(offer=asked))
    story.at(20, ForceClosed(by_id="saara", by_name="Saara", reason="test", state=State.OPEN))
    assert story.counted("supervised.assign") == [(None, "saara")]
    assert story.counted("followed.assign.expired") == [(9, "saara")]
    assert story.counted("supervised.force_close") == [(None, "saara")]


def test_every_list_counts_what_its_figure_counts() -> None:
    known = {counter.value for counter in Counter} | {f"felt.{level}" for level in (*Level, "none")}
    answers = ("accepted", "rejected", "expired", "withdrawn")
    known |= {f"supervised.{act.value}" for act in Step}
    known |= {f"followed.{act}.{answer}" for act in ("assign", "transfer") for answer in answers}
    assert all(set(one.counters) <= known for one in LISTS.values())


FLOOR = [
    waits("open", 3),
    waits("orphan", 9, orphaned=True),
    replace(waits("offered", 5), state=State.ACTIVE),
    replace(waits("active", 60), state=State.ACTIVE, owner_id="aino", first_accepted_at=NOON),
    replace(waits("waiting", 60), state=State.WAITING, owner_id="aino"),
    replace(waits("wrapping", 60), state=State.WRAP_UP, owner_id="aino"),
]


def test_what_is_where() -> None:
    figures = (live.in_queue, live.orphans, live.active, live.waiting, live.wrap_up)
    assert [figure(FLOOR) for figure in figures] == [3, 1, 2, 1, 1]
    assert live.longest_wait_since(FLOOR) == NOON - timedelta(minutes=9)
    assert live.longest_wait_since(FLOOR[3:]) is None
    assert live.in_queue(FLOOR[3:]) == 0, "who is not counted as waiting has no longest wait either"


def test_agents_by_presence() -> None:
    agents = [
        seat("a"),
        seat("b", load=1),
        seat("c", load=2),
        seat("d", chosen=Presence.AWAY),
        seat("e", serves=False),
        seat("member", is_agent=False),
        seat("watches", is_agent=False, queues=frozenset()),
    ]
    counts = live.agents_by_presence([one.agent for one in agents])
    assert counts == {
        "available": 2, "busy": 1, "do_not_disturb": 1, "away": 1, "offline": 0, "inactive": 0,
    }  # fmt: skip


def test_occupancy_by_hand() -> None:
    """There 0 to 100 and 200 to 300; handles 10 to 40 and 30 to 60 at once, 250 to 320: 50 + 50 of 200 seconds."""
    chosen = [
        (after(0), Presence.AVAILABLE), (after(100), Presence.AWAY), (after(200), Presence.BUSY),
        (after(300), Presence.OFFLINE),
    ]  # fmt: skip
    present = joined(there(chosen, after(1000)))
    handled = [(after(10), after(40)), (after(30), after(60)), (after(250), after(320))]
    busy = common(joined(handled), present)
    whole = (after(0), after(1000))
    assert Together(present).seconds_within(*whole) == 200
    assert Together(busy).seconds_within(*whole) == 100
    assert occupancy(100, 200) == 0.5
    assert Together(busy).seconds_within(after(50), after(260)) == 20
    assert occupancy(0, 0) is None
    assert there([(after(0), Presence.DO_NOT_DISTURB)], after(5)) == [(after(0), after(5))]


@given(
    spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted), max_size=12),
    period=st.tuples(st.integers(-5, 60), st.integers(-5, 60)).map(sorted),
)
def test_spans_together_are_looked_up_as_they_are_added_up(spans: list[list[int]], period: list[int]) -> None:
    since, until = period
    stretches: list[Stretch] = [(after(begin), after(end)) for begin, end in spans]
    each = sum(max(0, min(end, until) - max(begin, since)) for begin, end in spans)
    assert Together(stretches).seconds_within(after(since), after(until)) == each


HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_days_when_the_clock_is_changed(day: date, hours: int) -> None:
    begin, end = midnight(day, HELSINKI), midnight(day + timedelta(days=1), HELSINKI)
    assert list(intervals(begin, end, Interval.DAY, HELSINKI)) == [(begin, end)]
    assert end - begin == timedelta(hours=hours)
    assert len(list(intervals(begin, end, Interval.HOUR, HELSINKI))) == hours
    assert len(list(intervals(begin, end, Interval.QUARTER_HOUR, HELSINKI))) == 4 * hours


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    since, until = datetime(2026, 2, 26, 7, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    weeks = [one for one, _ in intervals(since, until, Interval.WEEK, HELSINKI)]
    assert weeks == [since, midnight(date(2026, 3, 2), HELSINKI), midnight(date(2026, 3, 9), HELSINKI)]
    months = [one for one, _ in intervals(since, until, Interval.MONTH, HELSINKI)]
    assert months == [since, midnight(date(2026, 3, 1), HELSINKI)]


@given(
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    seconds=st.integers(157_000_000, 2_200_000_000),
    span=st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    by=st.sampled_from(Interval),
)
def test_intervals_are_the_period_by_any_clock(
    zone: ZoneInfo, seconds: int, span: timedelta, by: Interval
) -> None:
    begin = datetime.fromtimestamp(seconds, UTC)
    parts = list(intervals(begin, begin + span, by, zone))
    assert parts[0][0] == begin
    assert parts[-1][1] == begin + span
    assert all(one < two for one, two in parts)
    assert [end for _, end in parts[:-1]] == [start for start, _ in parts[1:]]
    if by in {Interval.DAY, Interval.WEEK, Interval.MONTH}:
        for start, _ in parts[1:]:
            before = (start - timedelta(microseconds=1)).astimezone(zone).date()
            assert before < start.astimezone(zone).date(), "an interval begins when the date does"


@pytest.mark.parametrize(
    ("kind", "counts", "mean"),
    [
        ("rating", {"5": 1, "2": 2}, 3.0),
        ("rating", {}, None),
        ("yes_no", {"true": 1, "false": 3}, 0.25),
        ("yes_no", {"false": 2}, 0.0),
        ("yes_no", {}, None),
        ("words", {}, None),
    ],
)
def test_the_mean_of_an_own_question(kind: str, counts: dict[str, int], mean: float | None) -> None:
    assert question_mean(QuestionKind(kind), counts) == mean

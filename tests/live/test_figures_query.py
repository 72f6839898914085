"""Figures over HTTP and in the live stream are the same, and those of the past are what they were (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_floor import AATU, AINO, ALL_ON, BILLING, EINO, HOUSE, ONNI, SAARA, SULO, SUPPORT, Floor
from sample_lines import lay_lines
from sample_stage import Stage
from sample_steps import Step, drawn, scripted, take

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.serve import Pick
from valvomo.db import figures as stored
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import AgentFigures
from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import occupancy
from valvomo.domain.figures.shifts import Occupied, whole_milliseconds
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.counted import Counted
from valvomo.protocol.figures import History
from valvomo.queries import figure_details, figures
from valvomo.queries.figure_details import SPREADS, Wanted
from valvomo.queries.figure_questions import Question

pytestmark = pytest.mark.slow

COUNTED = (*Counted.__struct_fields__, "sentiment")
BEHIND = {
    "started": "started", "answered": "answered", "abandoned": "abandoned", "completed": "completed",
    "force_closed": "force_closed", "auto_closed": "auto_closed", "overflow_closed": "overflow_closed",
    "handled": "handled", "served": "served", "responses": "responses", "service_level.within": "within",
    "service_level.accepted": "answered", "service_level.abandoned": "left", "service_level.short": "short",
    "service_level.unserved": "unserved", "session_service_level.unserved": "sessions_closed",
    "session_service_level.within": "sessions_within", "session_service_level.accepted": "sessions_accepted",
    "session_service_level.abandoned": "sessions_abandoned", "session_service_level.short": "sessions_short",
    "offers.offered": "offers", "offers.accepted": "offers_accepted", "offers.rejected": "offers_rejected",
    "offers.expired": "offers_expired", "offers.withdrawn": "offers_withdrawn",
    "calls": "calls", "holds": "holds", "poor_ways": "poor_ways", "begun": "begun", "escalated": "escalated",
    "bot_ended": "bot_ended", "survey_asked": "survey_asked", "survey_answered": "survey_answered",
    **{f"sentiment.{level}": f"felt_{level}" for level in (*Level, "none")},
}  # fmt: skip
"""Every counter of a figure, and the list behind it."""


async def past(floor: Floor, actor: Actor, question: Question) -> History:
    await Bookkeeper(floor.database).keep(HOUSE)
    async with floor.database.reading() as tx:
        found = await figures.history(tx, actor, question, floor.clock())
    assert isinstance(found, History)
    return found


async def length(floor: Floor, actor: Actor, question: Question, of: str | Wanted) -> int:
    """How many there are on all pages of a list."""
    wanted = Wanted(of) if isinstance(of, str) else of
    number, cursor = 0, None
    while True:
        async with floor.database.reading() as tx:
            page = await figure_details.listed(tx, actor, question, wanted, cursor=cursor, limit=7)
        assert not isinstance(page, Refusal)
        number, cursor = number + len(page.items), page.next
        if cursor is None:
            return number


def counters(item: Any) -> dict[str, Any]:
    """What is counted in an item, flat, with the ratios."""
    plain = {name: value for name, value in msgspec.to_builtins(item).items() if name in COUNTED}
    found: dict[str, Any] = {}
    for name, value in plain.items():
        inside = value.items() if isinstance(value, Mapping) else [("", value)]
        found.update({f"{name}.{part}".rstrip("."): one for part, one in inside})
    return found


async def test_the_live_figures_are_those_of_the_stream(stage: Stage) -> None:
    floor = stage.floor
    one = await floor.start("chat")
    await floor.start("chat", queue=BILLING)
    floor.clock.advance(30)
    await floor.done(AINO, Pick(conversation_id=one))
    await stage.settle()
    for actor in (SAARA, SULO, AINO):
        reader = stage.reader(actor)
        await reader.watch("figures")
        async with floor.database.reading() as tx:
            asked = await figures.live(tx, actor, floor.clock())
        assert msgspec.json.decode(msgspec.json.encode(asked.items)) == list(reader.rows["figures"].values())


async def test_the_past_adds_up(stage: Stage) -> None:
    floor = stage.floor
    begin = floor.clock()
    accepted, left, forced = [await floor.start("chat") for _ in range(3)]
    floor.clock.advance(20)
    await floor.done(SAARA, AssignToAgent(conversation_id=accepted, agent_id=AINO.id))
    await floor.done(AINO, RejectOffer(conversation_id=accepted))
    await floor.done(SAARA, AssignToAgent(conversation_id=accepted, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=accepted))
    await floor.done(await floor.guest(left), CustomerEnd(conversation_id=left))
    await floor.done(SAARA, ForceClose(conversation_id=forced, reason="test"))
    await floor.write(EINO, accepted, "good day")
    end = floor.clock.now + timedelta(days=1)
    whole = await past(floor, SAARA, Question(since=begin, until=end))
    parted = await past(floor, SAARA, Question(since=begin, until=end, by=frozenset({"day", "queue"})))
    late = await past(floor, SAARA, Question(since=end, until=end + timedelta(days=1)))
    async with floor.database.reading() as tx:
        wrong = await figures.history(tx, SAARA, Question(since=end, until=begin), end)
    assert isinstance(wrong, Refusal)
    item = whole.items[0]
    assert (item.started, item.abandoned, item.force_closed, item.speed_of_answer) == (3, 1, 1, 20)
    assert item.first_response == 20
    assert (item.service_level.within, item.service_level.ratio) == (1, 1 / 3)
    assert msgspec.to_builtins(item.offers) == {
        "offered": 2, "accepted": 1, "rejected": 1, "expired": 0, "withdrawn": 0,
    }  # fmt: skip
    assert {one.queue for one in parted.items} == {SUPPORT, "cases"}
    assert {one.day for one in parted.items} == {"2026-03-02", "2026-03-03"}
    assert sum(one.started for one in parted.items) == 3
    assert late.items[0].started == 0
    outcomes = await past(floor, SAARA, Question(since=begin, until=end, by=frozenset({"outcome"})))
    assert {one.outcome: one.started for one in outcomes.items} == {
        "abandoned": 1, "force_closed": 1, "ongoing": 1,
    }  # fmt: skip
    only = await past(floor, SAARA, Question(since=begin, until=end, outcomes=("abandoned",)))
    assert (only.items[0].started, only.items[0].answered) == (1, 0)


@dataclass
class Moments:
    """What was live at some moments of a day, for somebody."""

    actor: Actor
    live: dict[datetime, list[dict[str, Any]]] = field(default_factory=dict)


async def _play(fresh_database: Fresh, acts: list[Step]) -> dict[str, Any]:
    """What was counted of all of it."""
    async with fresh_database() as database:
        floor = await Floor.open(database)
        await lay_lines(floor, HOUSE, "aino", "eino")
        await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.ALL))
        stage = await Stage.open(floor)
        watched = [Moments(actor) for actor in (SAARA, SULO, AATU)]
        ids: list[str] = []
        for number, step in enumerate(acts):
            await take(floor, step, ids)
            if step.choice % 7 == 0:
                await stage.settle()
                await _note(floor, stage, watched, keep=number % 3 == 0)
        for one in watched:
            await _compare(floor, one)
            await _parts_are_the_whole(floor, one.actor)
        since = floor.clock.now - timedelta(days=400)
        return counters((await past(floor, SAARA, Question(since=since, until=floor.clock.now))).items[0])


async def _note(floor: Floor, stage: Stage, watched: list[Moments], *, keep: bool) -> None:
    """What is live now counts up to the next moment. The books are kept sometimes, by somebody without memory."""
    if keep:
        async with floor.database.transaction() as tx:
            await stored.count(tx, HOUSE, stored.Memory(), limit=5)
    floor.clock.advance(0.001)
    for one in watched:
        reader = stage.reader(one.actor)
        await reader.watch("figures")
        one.live[floor.clock()] = list(reader.rows["figures"].values())
        async with floor.database.reading() as tx:
            asked = await figures.live(tx, one.actor, floor.clock())
        assert msgspec.json.decode(msgspec.json.encode(asked.items)) == one.live[floor.clock()]
        reader.leave()


async def _compare(floor: Floor, watched: Moments) -> None:
    """The past says of every moment what was live then, in all and of every queue, and its lists are as long."""
    last = max(watched.live, default=None)
    for moment, items in watched.live.items():
        since = datetime.fromisoformat(items[0]["since"])
        question = Question(since=since, until=moment)
        whole = await past(floor, watched.actor, question)
        queues = await past(floor, watched.actor, replace(question, by=frozenset({"queue"})))
        told = {one.queue: counters(one) for one in (*whole.items, *queues.items)}
        for item in items:
            was = counters(msgspec.convert(item, type=dict[str, Any]))
            then = told[None if item["id"] == "all" else item["id"]]
            assert {one: then[one] for one in was} == was, (watched.actor.id, moment)
        assert _occupancy(items[0], moment) == whole.items[0].occupancy, (watched.actor.id, moment)
        assert {item["occupancy"] for item in items[1:]} <= {None}
        if moment == last:
            for counter, of in BEHIND.items():
                found = await length(floor, watched.actor, question, of)
                assert found == told[None][counter], (watched.actor.id, counter)
            late = told[None]["service_level.accepted"] - told[None]["service_level.within"]
            assert await length(floor, watched.actor, question, "late") == late, watched.actor.id
            await _lists_of_charts(floor, watched.actor, question)


SPREAD_LISTS = {
    "answered": "answered", "left": "left", "first_response": "first_responses", "response": "responses",
    "handled": "handled", "call.talk": "call_talk", "hold": "holds",
}  # fmt: skip
"""What is counted in a spread, and the list that it is a part of."""


async def _lists_of_charts(floor: Floor, actor: Actor, question: Question) -> None:
    """Each part of a spread, each act, answer and outcome is as long as its list."""
    counted: list[tuple[Question, Wanted, int]] = []
    async with floor.database.reading() as tx:
        for name in SPREADS:
            found = await figure_details.spread(tx, actor, question, name)
            assert not isinstance(found, Refusal)
            for one in found.items:
                ends = int(one.since), None if one.until is None else int(one.until)
                counted += [
                    (question, Wanted(SPREAD_LISTS[of], *ends), number) for of, number in one.counts.items()
                ]
        acts = await figure_details.interventions(tx, actor, question)
    assert not isinstance(acts, Refusal)
    for act in acts.items:
        counted.append((question, Wanted(f"supervised_{act.act}"), act.count))
        counted.append((question, Wanted(f"unasked_{act.act}"), act.unasked))
        counted += [(question, Wanted(f"followed_{act.act}_{one}"), it) for one, it in act.answers.items()]
        counted += [
            (replace(question, outcomes=(one,)), Wanted(f"supervised_{act.act}"), number)
            for one, number in act.outcomes.items()
        ]
    for near, wanted, number in counted:
        # The many parts in which there is nothing are all alike: a few of them are enough.
        if number or wanted.least in (None, 0):
            assert await length(floor, actor, near, wanted) == number, (actor.id, wanted, near.outcomes)


def _occupancy(item: dict[str, Any], at: datetime) -> Any:
    """What the lines of the whole come to at a moment."""
    lines = Occupied(**item["occupancy"])
    since = whole_milliseconds(datetime.fromisoformat(item["since"]))
    found = occupancy(*lines.seconds_at(whole_milliseconds(at) - since))
    return None if found is None else pytest.approx(found, abs=0.001)


async def _parts_are_the_whole(floor: Floor, actor: Actor) -> None:
    question = Question(since=floor.clock.now - timedelta(days=400), until=floor.clock.now)
    (whole,) = (await past(floor, actor, question)).items
    for by in ({"hour"}, {"queue"}, {"channel", "language"}, {"outcome"}, {"week", "queue", "outcome"}):
        near = replace(question, by=frozenset(by))
        if "hour" in by:
            near = replace(near, since=near.until - timedelta(days=2))
            (whole_near,) = (await past(floor, actor, replace(near, by=frozenset()))).items
        else:
            whole_near = whole
        items = (await past(floor, actor, near)).items
        for counter in BEHIND:
            assert sum(counters(one)[counter] for one in items) == counters(whole_near)[counter], (
                by,
                counter,
            )
    agents = (await past(floor, actor, replace(question, by=frozenset({"agent"})))).items
    for counter in (
        "offers.offered", "offers.rejected", "answered", "handled", "served", "responses", "calls", "holds",
        "poor_ways",
    ):  # fmt: skip
        assert sum(counters(one)[counter] for one in agents) == counters(whole)[counter], counter


@given(seed=st.integers(0, 10_000))
@settings(
    max_examples=4, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
async def test_live_and_past_agree_at_any_moment(fresh_database: Fresh, seed: int) -> None:
    await _play(fresh_database, drawn(Random(seed), 45))


async def test_they_agree_on_what_dice_seldom_bring_about(fresh_database: Fresh) -> None:
    counted = await _play(fresh_database, scripted())
    assert min(counted[one] for one in ("calls", "holds", "poor_ways")) > 0, "calls are in it"
    assert counted["call_quality"] == pytest.approx(2.0)


async def test_whose_figures_are_shown_is_policy(floor: Floor) -> None:
    begin = floor.clock()
    await floor.accepted(by=AINO)
    await floor.accepted("case", by=ONNI)
    floor.clock.advance(60)
    question = Question(since=begin, until=floor.clock(), by=frozenset({"agent"}))
    await Bookkeeper(floor.database).keep(HOUSE)

    async def told(policy: AgentFigures, actor: Actor) -> Any:
        await floor.set_supervision(replace(ALL_ON, agent_figures=policy))
        async with floor.database.reading() as tx:
            found = await figures.history(tx, actor, question, floor.clock())
        return found.reason if isinstance(found, Refusal) else {one.agent for one in found.items}

    for actor in (SAARA, SULO, AATU, AINO):
        assert await told(AgentFigures.OFF, actor) is Reason.AGENT_FIGURES_OFF
        if actor is not SAARA and actor is not SULO:
            assert await told(AgentFigures.TEAM_LEAD, actor) is Reason.ROLE_NEEDED
    assert await told(AgentFigures.TEAM_LEAD, SAARA) == {"aino", "onni"}
    assert await told(AgentFigures.TEAM_LEAD, SULO) == set(), "nothing happened in his queue"
    assert await told(AgentFigures.ALL, AATU) == {"aino", "onni"}
    assert await told(AgentFigures.ALL, AINO) is Reason.ROLE_NEEDED
    named = replace(question, by=frozenset(), agents=("aino",))
    async with floor.database.reading() as tx:
        lists = await figure_details.listed(
            tx, SAARA, replace(named, agents=()), Wanted("answered"), cursor=None, limit=9
        )
        await floor.set_supervision(ALL_ON)
    async with floor.database.reading() as tx:
        unnamed = await figure_details.listed(
            tx, SAARA, replace(named, agents=()), Wanted("answered"), cursor=None, limit=9
        )
    assert not isinstance(lists, Refusal)
    assert not isinstance(unnamed, Refusal)
    assert {one.agent.id for one in lists.items if one.agent} == {"aino", "onni"}
    assert [one.agent for one in unnamed.items] == [None, None], "with the policy off no list names anybody"


async def test_occupancy_of_who_was_there(floor: Floor) -> None:
    """Aino says at 0 that she is there, talks from 10 to 40, is away from 100: 30 of 100 seconds; Eino never came."""
    await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.ALL))
    begin = floor.clock()
    await floor.set_presence(AINO, Presence.BUSY)
    one = await floor.start()
    floor.clock.advance(10)
    await floor.done(AINO, Pick(conversation_id=one))
    floor.clock.advance(30)
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    floor.clock.advance(60)
    await floor.set_presence(AINO, Presence.AWAY)
    floor.clock.advance(100)
    question = Question(since=begin, until=floor.clock())
    assert (await past(floor, SAARA, question)).items[0].occupancy == pytest.approx(0.3)
    by = await past(floor, SAARA, replace(question, by=frozenset({"agent"})))
    assert {item.agent: item.occupancy for item in by.items}["aino"] == pytest.approx(0.3)
    parts = replace(question, since=begin + timedelta(seconds=20))
    assert (await past(floor, SAARA, parts)).items[0].occupancy == pytest.approx(20 / 80)
    assert (await past(floor, SAARA, replace(question, queues=(SUPPORT,)))).items[0].occupancy is None


async def test_interventions_and_what_followed(floor: Floor) -> None:
    begin = floor.clock()
    one, other = await floor.start(), await floor.start()
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await floor.done(AINO, RejectOffer(conversation_id=one))
    await floor.done(SAARA, ForceClose(conversation_id=other, reason="test"))
    floor.clock.advance(1)
    question = Question(since=begin, until=floor.clock())
    await Bookkeeper(floor.database).keep(HOUSE)
    async with floor.database.reading() as tx:
        found = await figure_details.interventions(tx, SAARA, question)
        refused = await figure_details.interventions(tx, AINO, question)
        waits = await figure_details.spread(tx, SAARA, question, "wait")
    assert isinstance(refused, Refusal), "agents learn nothing of silent acts, not even how many"
    assert not isinstance(found, Refusal)
    assert not isinstance(waits, Refusal)
    told = {it.act: (it.count, it.unasked, it.answers, it.outcomes, it.supervisor) for it in found.items}
    assert told == {
        "assign": (1, 0, {"rejected": 1}, {"ongoing": 1}, None),
        "force_close": (1, 1, {}, {"force_closed": 1}, None),
    }
    await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.ALL))
    async with floor.database.reading() as tx:
        whose = [
            await figure_details.interventions(tx, SAARA, replace(question, agents=(who.id,)))
            for who in (SAARA, SULO)
        ]
    assert [len(one.items) for one in whose if not isinstance(one, Refusal)] == [2, 0]


async def test_what_supervisors_did_is_listed_for_whom_it_is_counted_for(floor: Floor) -> None:
    begin, one = floor.clock(), await floor.start()
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    floor.clock.advance(1)
    question = Question(since=begin, until=floor.clock())
    await Bookkeeper(floor.database).keep(HOUSE)

    async def told(actor: Actor, near: Question, of: str) -> Any:
        """Whose they are; the reason where it is refused."""
        async with floor.database.reading() as tx:
            found = await figure_details.listed(tx, actor, near, Wanted(of), cursor=None, limit=9)
        return (
            found.reason if isinstance(found, Refusal) else [it.agent and it.agent.id for it in found.items]
        )

    act, mine = "supervised_assign", replace(question, agents=(SAARA.id,))
    assert await told(AINO, question, act) is Reason.ROLE_NEEDED, "agents learn of no silent act"
    assert await told(AINO, question, "followed_assign_accepted") is Reason.ROLE_NEEDED
    for policy, named in (
        (AgentFigures.OFF, None),
        (AgentFigures.TEAM_LEAD, "saara"),
        (AgentFigures.ALL, "saara"),
    ):
        await floor.set_supervision(replace(ALL_ON, agent_figures=policy))
        assert await told(SAARA, question, act) == [named]
        assert await told(SAARA, question, "unasked_assign") == [], "an agent was asked"
        assert await told(SAARA, mine, act) == (["saara"] if named else Reason.AGENT_FIGURES_OFF)
        assert await told(SULO, question, act) == [], "not in his queue"
        assert await told(AATU, question, act) == ["saara" if policy is AgentFigures.ALL else None]

"""The floor as it was is the floor as it was: what is replayed equals what was recorded then."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_floor import (
    AATU,
    AINO,
    ALL_ON,
    BILLING,
    EINO,
    HOUSE,
    INES,
    ONNI,
    SAARA,
    SULO,
    SUPPORT,
    Floor,
    reason,
)
from sample_lines import lay_lines
from sample_stage import Reader, new_room
from sample_steps import drawn, scripted, take

from valvomo.commands.looking_back import noted
from valvomo.commands.settings.attention import ChangeAttention
from valvomo.commands.settings.queues import ChangeQueue, CreateQueue, QueueSettings, RemoveQueue
from valvomo.commands.settings.users import ChangeUser
from valvomo.commands.work import Work
from valvomo.db import figures, journal
from valvomo.db import replay as stored
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.events import LookedBack, SettingChanged, UsualHandleNoted
from valvomo.domain.alerts.events import AlertRaised
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.recorder import Recorder
from valvomo.live.replay import folding
from valvomo.live.replay.watching import Between, Replay
from valvomo.live.views import past
from valvomo.live.views.settings_then import SettingsThen, take_back
from valvomo.protocol.lookups import Lookups, QueueFacts
from valvomo.protocol.replay import ReplayFloor, ReplaySteps

SUPERVISORS = (SAARA, SULO, replace(SAARA, supervises_all=True))


@dataclass
class Recorded:
    """What supervisors saw of the floor at a quiet point, and what it was made of."""

    position: int
    at: datetime
    shown: list[dict[str, Any]]
    seats: Any
    board: Any


def recorder(floor: Floor, distance: int = 2_000) -> Recorder:
    return Recorder(floor.database, floor.clock, "recorder-1", days=90, distance=distance)


async def recorded(floor: Floor) -> Recorded:
    """By the real live view, begun now."""
    room = await new_room(floor)
    shown = []
    for actor in SUPERVISORS:
        reader = Reader(room, actor)
        for topic in ("board", "agents", "figures"):
            await reader.watch(topic)
        shown.append(reader.rows)
    live = room.floor
    return Recorded(live.position, floor.clock(), shown, dict(live.agents.seats), live.board)


def plain(shown: ReplayFloor) -> dict[str, dict[str, dict[str, Any]]]:
    """As the live stream would tell it."""
    named = {"board": shown.rows, "agents": shown.agents, "figures": shown.figures}
    return {
        topic: {row["id"]: row for row in msgspec.json.decode(msgspec.json.encode(rows))}
        for topic, rows in named.items()
    }


def without_acts(shown: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, dict[str, Any]]]:
    rows = {one: {**row, "acts": {}} for one, row in shown.get("board", {}).items()}
    return {"agents": shown.get("agents", {}), "figures": shown.get("figures", {}), "board": rows}


async def asked(found: Any) -> ReplayFloor:
    shown = await found
    assert isinstance(shown, ReplayFloor), shown
    return shown


async def _compare(floor: Floor, one: Recorded) -> None:
    replay = Replay(floor.database, lambda: one.at)
    for actor, shown in zip(SUPERVISORS, one.shown, strict=True):
        then = await asked(replay.at_position(actor, one.position))
        assert plain(then) == without_acts(shown), actor.name
    async with floor.database.reading() as tx:
        then_again = await folding.at_position(tx, HOUSE, one.position)
    assert then_again is not None
    assert then_again.board.conversations == one.board.conversations
    assert then_again.board.waiting == one.board.waiting


async def _life(fresh_database: Fresh, seed: int) -> None:
    async with fresh_database() as database:
        floor, dice = await Floor.open(database), Random(seed)
        await lay_lines(floor, HOUSE, "aino", "eino")
        await recorder(floor).keep_now(HOUSE)
        # Those who sit there from the beginning, which in this house no fact has said.
        await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
        ids: list[str] = []
        found: list[Recorded] = []
        for number, step in enumerate(drawn(dice, 60) + (scripted() if seed % 2 else [])):
            await take(floor, step, ids)
            if not number % 7:
                floor.clock.advance(1)
                found.append(await recorded(floor))
            if dice.random() < 0.1:
                await recorder(floor).keep_now(HOUSE)
        for one in found:
            await _compare(floor, one)


@given(seed=st.integers(0, 10_000))
@settings(
    max_examples=4, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
async def test_random_moments_are_shown_as_they_were_recorded(fresh_database: Fresh, seed: int) -> None:
    await _life(fresh_database, seed)


async def facts_of_a_life(floor: Floor, seed: int) -> list[Fact]:
    await lay_lines(floor, HOUSE, "aino", "eino")
    ids: list[str] = []
    for step in drawn(Random(seed), 80) + scripted():
        await take(floor, step, ids)
    return await floor.all_facts()


async def test_a_snapshot_and_the_facts_after_it_are_the_fold_from_the_start(floor: Floor) -> None:
    facts = await facts_of_a_life(floor, 3)
    whole = folding.beginning(facts[0].at)
    for fact in facts:
        past.apply(whole, folding.happening(fact))

    @given(cut=st.integers(0, len(facts)), again=st.integers(0, len(facts)))
    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    def at_any_place(cut: int, again: int) -> None:
        now = folding.beginning(facts[0].at)
        for number, fact in enumerate(facts):
            if number in {cut, again}:
                now = asyncio.run(_packed_and_opened(now))
            past.apply(now, folding.happening(fact))
        assert past.kept(now) == past.kept(whole)
        assert (now.position, now.at) == (whole.position, whole.at)

    await asyncio.to_thread(at_any_place)


async def _packed_and_opened(now: past.Past) -> past.Past:
    return await folding.opened(await folding.packed(now))


async def test_what_is_stored_now_is_what_facts_made_of_it(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await facts_of_a_life(floor, 5)
    async with floor.database.reading() as tx:
        found = await stored.newest(tx, HOUSE)
        assert found is not None
        now = folding.of_stored(await stored.stored(tx, HOUSE, found))
        folded = await folding.at_position(tx, HOUSE, now.position)
        assert folded is not None
    assert now.position > 50
    assert past.kept(folded) == past.kept(now)
    assert folded.at == now.at


async def test_the_past_of_an_older_house_is_folded_piece_by_piece(floor: Floor) -> None:
    await facts_of_a_life(floor, 8)
    head = len(await floor.all_facts())
    catching_up = recorder(floor, distance=25)
    while await catching_up.record(HOUSE, head):
        pass
    kept = [row[0] for row in await floor.sql("SELECT position FROM replay_snapshots ORDER BY 1")]
    assert kept[0] == 0
    assert head - kept[-1] < 3 * 25 + 1
    assert all(later - earlier <= 3 * 25 for earlier, later in pairwise(kept))
    counted = await floor.sql("SELECT sum(facts) FROM replay_activity WHERE kind = ''")
    assert counted[0][0] == kept[-1]


async def test_any_moment_is_every_fact_before_the_first_later_one(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    facts = await facts_of_a_life(floor, 11)
    replay = Replay(floor.database, floor.clock)
    for number in range(0, len(facts), 17):
        moment = facts[number].at
        expected = next((one.position or 0 for one in facts if one.at > moment), len(facts) + 1) - 1
        assert (await asked(replay.at(SAARA, moment))).position == expected
    assert (await asked(replay.at(SAARA, floor.clock() + timedelta(days=9)))).position == len(facts)


async def _stepped(
    replay: Replay, actor: Actor, begin: ReplayFloor, goal: tuple[datetime, int]
) -> dict[str, Any]:
    """The floor at the end of all pages from `begin` to a moment, of so many steps each."""
    shown, position = plain(begin), begin.position
    while True:
        page = await replay.steps(actor, position, *goal)
        assert isinstance(page, ReplaySteps), page
        for step in page.steps:
            told = msgspec.json.decode(msgspec.json.encode(step))
            for topic, name in (("board", "rows"), ("agents", "agents"), ("figures", "figures")):
                shown[topic].update((row["id"], row) for row in told[name])
            for one in told["gone"]:
                del shown["board"][one]
        assert page.position > position or not page.more
        position = page.position
        if not page.more and not page.again:
            return shown
        if page.again and page.at == goal[0]:
            return plain(await asked(replay.at(actor, goal[0])))


@pytest.mark.parametrize("limit", [1, 7, 500])
async def test_steps_lead_from_one_moment_to_the_next(floor: Floor, limit: int) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    ids: list[str] = []
    moments = []
    for number, step in enumerate(drawn(Random(21), 70)):
        await take(floor, step, ids)
        if not number % 20:
            floor.clock.advance(1)
            moments.append(floor.clock())
            floor.clock.advance(1)
    replay = Replay(floor.database, floor.clock)
    for actor in SUPERVISORS:
        for earlier, later in pairwise(moments):
            begin = await asked(replay.at(actor, earlier))
            end = await asked(replay.at(actor, later))
            assert await _stepped(replay, actor, begin, (later, limit)) == plain(end)


async def test_a_step_back_undoes_the_last_step_that_was_seen(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await facts_of_a_life(floor, 4)
    replay, head = Replay(floor.database, floor.clock), len(await floor.all_facts())
    for actor in (SAARA, SULO):
        position = head
        for _ in range(12):
            before = await asked(replay.before(actor, position))
            assert before.position < position
            page = await replay.steps(actor, before.position, floor.clock(), 1)
            assert isinstance(page, ReplaySteps)
            [step] = page.steps
            assert before.position < step.position <= position
            position = before.position


async def test_names_and_people_are_those_of_that_time(floor: Floor) -> None:
    await floor.accepted("chat", AINO)
    created = await floor.done(
        AATU, CreateQueue(settings=QueueSettings(name="Brief", members=frozenset({"onni"})))
    )
    await recorder(floor).keep_now(HOUSE)
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await floor.sql("DELETE FROM replay_snapshots WHERE position = 0")
    await floor.start("chat")
    before = await recorded(floor)
    floor.clock.advance(60)
    await floor.done(
        AATU, ChangeQueue(queue_id=SUPPORT, name="Help", service_level_seconds=5, members=frozenset({"eino"}))
    )
    await floor.done(
        AATU, ChangeUser(user_id="onni", name="Onni the Great", capacity=9, queues=frozenset({SUPPORT}))
    )
    await floor.done(AATU, RemoveQueue(queue_id=str(created.result["id"])))
    middle = await recorded(floor)
    floor.clock.advance(60)
    await floor.done(AATU, ChangeUser(user_id="aino", disabled=True))
    await floor.done(AATU, ChangeAttention(weights={"waiting": 200}))
    await floor.sql("UPDATE queues SET usual_handle_seconds = 9")
    async with floor.database.transaction() as tx:
        work = Work(tx=tx, actor=AATU, now=floor.clock(), supervision=ALL_ON)
        work.note(UsualHandleNoted(seconds=dict.fromkeys((SUPPORT, BILLING, "deserted", "cases"), 9.0)))
        await journal.append(tx, HOUSE, work.facts)
    after = await recorded(floor)
    for one in (before, middle, after):
        await _compare(floor, one)
    shown = before.shown[0]["board"]
    assert {row["queue"]["name"] for row in shown.values()} == {"Support"}


async def test_the_past_is_seen_with_the_rights_of_now(floor: Floor) -> None:
    one = await floor.accepted("chat", AINO)
    other = await floor.start("chat", queue=BILLING)
    replay = Replay(floor.database, floor.clock)
    await recorder(floor).keep_now(HOUSE)

    async def ids(actor: Actor) -> set[str]:
        return {row.id for row in (await asked(replay.at(actor, floor.clock()))).rows}

    assert await ids(SAARA) == {one}
    assert await ids(SULO) == {other}
    assert await ids(replace(SULO, supervises_all=True)) == {one, other}
    assert await ids(replace(SULO, supervised=frozenset())) == set()
    for actor in (AINO, ONNI, EINO, AATU, INES, replace(INES, roles=INES.roles | {UserRole.SUPERVISOR})):
        for answer in (
            await replay.at(actor, floor.clock()),
            await replay.at_position(actor, 1),
            await replay.before(actor, 1),
            await replay.steps(actor, 0, floor.clock(), 1),
            await replay.timeline(actor, Between(since=floor.clock(), until=floor.clock(), slots=1)),
        ):
            assert isinstance(answer, Refusal)
            assert answer.reason is Reason.ROLE_NEEDED


async def test_what_is_too_old_is_refused_with_from_when_on_it_is_kept(floor: Floor) -> None:
    await floor.start("chat")
    replay = Replay(floor.database, floor.clock)
    assert reason(await replay.at(SAARA, floor.clock() - timedelta(days=1))) is Reason.REPLAY_NOT_KEPT
    await recorder(floor).keep_now(HOUSE)
    floor.clock.advance(100 * 86_400)
    await recorder(floor)._as_stored(HOUSE, (1, floor.clock()))
    await floor.start("chat")
    await recorder(floor).keep_now(HOUSE)
    await recorder(floor).round()
    # The newest of what is too old remains, so that every day that is kept can be shown from its beginning.
    assert reason(await replay.at(SAARA, floor.clock() - timedelta(days=101))) is Reason.REPLAY_NOT_KEPT
    assert (await asked(replay.at(SAARA, floor.clock()))).rows
    assert reason(await replay.steps(SAARA, 10_000, floor.clock(), 1)) is Reason.MALFORMED


async def test_a_look_is_audited_once_for_each_stretch(floor: Floor) -> None:
    moment = floor.clock() - timedelta(minutes=5)
    for _ in range(3):
        await noted(floor.executor, SAARA, (moment, moment))
    await noted(floor.executor, SAARA, (moment - timedelta(hours=3), moment))
    await noted(floor.executor, SULO, (moment, moment))
    floor.clock.advance(3600)
    await noted(floor.executor, SAARA, (moment, moment))
    looks = [one for one in await floor.all_facts() if one.kind == "looked_back"]
    assert [one.actor_id for one in looks] == ["saara", "saara", "sulo", "saara"]
    assert all(one.audited for one in looks)
    whole = looks[1].event
    assert isinstance(whole, LookedBack)
    assert whole.until - whole.since == timedelta(hours=4)
    assert reason(await noted(floor.executor, AINO, (moment, moment))) is Reason.ROLE_NEEDED


async def test_the_timeline_counts_what_happened_in_ones_queues(floor: Floor) -> None:
    since = floor.clock()
    keeping = recorder(floor)
    await keeping.keep_now(HOUSE)
    for _ in range(3):
        await floor.start("chat")
    await keeping.keep_now(HOUSE)
    floor.clock.advance(700)
    await floor.start("chat", queue=BILLING)
    replay = Replay(floor.database, floor.clock)
    wanted = Between(since=since, until=floor.clock() + timedelta(seconds=1), slots=100)

    async def counts(actor: Actor) -> list[int]:
        found = await replay.timeline(actor, wanted)
        assert not isinstance(found, Refusal)
        assert found.step == 300
        return [one.facts for one in found.slots]

    async with floor.database.transaction() as tx:
        work = Work(tx=tx, actor=AATU, now=floor.clock(), supervision=ALL_ON)
        work.note(
            AlertRaised(alert_id="a", rule_id="r", rule_name="Long", queue_id=BILLING, conversation_id=None)
        )
        await journal.append(tx, HOUSE, work.facts)

    async def marks(actor: Actor) -> list[dict[str, int]]:
        found = await replay.timeline(actor, wanted)
        assert not isinstance(found, Refusal)
        return [one.marks for one in found.slots if one.marks]

    assert await marks(SAARA) == []
    assert await marks(SULO) == [{"alert_raised": 1}]
    await keeping.keep_now(HOUSE)
    assert await marks(SULO) == [{"alert_raised": 1}]
    assert await counts(SAARA) == [3]
    assert await counts(SULO) == [2]
    assert await counts(replace(SULO, supervises_all=True)) == [3, 2]


async def test_pages_that_follow_repeat_nothing_of_the_day(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await facts_of_a_life(floor, 2)
    counted, replay = 0, Replay(floor.database, floor.clock)
    today = figures.today

    async def counting(*asked: Any) -> Any:
        nonlocal counted
        counted += 1
        return await today(*asked)

    monkeypatch.setattr(figures, "today", counting)
    page = await replay.steps(SAARA, 0, floor.clock(), 2)
    pages = 1
    while isinstance(page, ReplaySteps) and page.more and not page.again:
        page = await replay.steps(SAARA, page.position, floor.clock(), 2)
        pages += 1
    assert pages > 5
    assert counted == 1
    before = counted
    assert isinstance(page, ReplaySteps)
    first = await replay.steps(SAARA, 0, floor.clock(), 2)
    assert isinstance(first, ReplaySteps)
    floor.clock.advance(61)
    await replay.steps(SAARA, first.position, floor.clock(), 2)
    assert counted == before + 2


async def test_what_was_removed_meanwhile_is_gone_on_with_for_minutes_at_most(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await facts_of_a_life(floor, 2)
    replay, read = Replay(floor.database, floor.clock), list[int]()
    at_position = folding.at_position

    async def noted(tx: Any, organization_id: str, position: int) -> Any:
        read.append(position)
        return await at_position(tx, organization_id, position)

    monkeypatch.setattr(folding, "at_position", noted)
    page = await replay.steps(SAARA, 0, floor.clock(), 1)
    for seconds in (50, 50, 50, 50, 50):
        assert isinstance(page, ReplaySteps)
        floor.clock.advance(seconds)
        page = await replay.steps(SAARA, page.position, floor.clock(), 1)
    assert read == [0]
    assert isinstance(page, ReplaySteps)
    floor.clock.advance(60)
    await replay.steps(SAARA, page.position, floor.clock(), 1)
    assert read == [0, page.position]


def test_every_fact_of_a_queue_is_taken_back() -> None:
    then: dict[str, Any] = {
        "name": "Old", "service_level_seconds": 11, "short_abandon_seconds": 12,
        "sentiment_alert_agent": "negative", "sentiment_alert_supervisor": "very_negative",
    }  # fmt: skip
    assert {"id", "usual_handle_seconds", *then} == {one.name for one in fields(QueueFacts)}
    now = QueueFacts(id="q", name="New")
    for name, value in then.items():
        changed = SettingChanged(
            subject="queue", subject_id="q", name="New", before={name: value}, after={name: "new"}
        )
        found = SettingsThen(organization_id=HOUSE, lookups=Lookups(queues={"q": now}), accounts={})
        take_back(found, changed)
        assert found.queues["q"] == replace(now, **{name: value}), name

"""Whatever is broken by hand is named on the supervisor's screen, and gone from it once it is mended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, EINO, HOUSE, SAARA, SULO, Floor
from sample_stage import Reader, Stage

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.db.database import Database
from valvomo.jobs import inspector as inspecting
from valvomo.jobs.inspector import Inspector
from valvomo.live import health

Finding = tuple[str, str | int | None]
TALK = "the conversation"
CHIEF = replace(SAARA, supervises_all=True)


@dataclass
class Place:
    """A floor with one conversation in it, its inspector, and a supervisor who watches."""

    floor: Floor
    stage: Stage
    inspector: Inspector
    saara: Reader
    talk: str
    rounds: int = 0

    async def shown(self, reader: Reader | None = None) -> dict[str, Any]:
        """What stands on the screen after the next inspection."""
        self.rounds += 1
        self.floor.clock.advance(3)
        await self.inspector.inspect(HOUSE)
        await self.stage.settle()
        await self.stage.room.health.look()
        return (reader or self.saara).rows["health"]["health"]

    async def wrong(self, reader: Reader | None = None) -> list[Finding]:
        """The findings that are shown: which invariant, and what it is about."""
        found = (await self.shown(reader))["findings"]
        return [(one["check"], one["conversation_id"] or one["agent_id"] or one["fact"]) for one in found]


@pytest.fixture
async def place(database: Database, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(health, "SAY_SECONDS", 0.0)
    floor = await Floor.open(database)
    talk = await floor.accepted("persistent")
    await floor.write(await floor.guest(talk), talk, "Hyvää päivää")
    await floor.write(AINO, talk, "Hello")
    await floor.done(AINO, TransferToAgent(conversation_id=talk, agent_id=EINO.id))
    stage = await Stage.open(floor)
    saara = stage.reader(SAARA)
    await saara.watch("health")
    return Place(floor, stage, Inspector(database, floor.clock, "one", share=1.0), saara, talk)


async def test_all_is_well_and_it_says_when(place: Place) -> None:
    assert place.saara.rows["health"] == {}, "nothing has been proved yet, and nothing is claimed"
    shown = await place.shown()
    now = place.floor.clock.now.isoformat().replace("+00:00", "Z")
    assert shown["inspected_at"] == now
    assert [one["name"] for one in shown["checks"]] == ["chain", "state", "messages", "future", "load"]
    assert {one["proved_at"] for one in shown["checks"]} == {now}
    assert (shown["findings"], shown["elsewhere"], shown["orphans"], shown["behind"]) == ([], 0, 0, 0)
    assert shown["walked_at"] is None
    assert (await place.shown())["walked_at"] is not None, "everything old was proved once more"


OURS = "WHERE organization_id = 'organization-1'"
LAST = f"{OURS} AND position = (SELECT max(position) FROM facts)"
MENDED: dict[str, tuple[str, tuple[str, str], Finding]] = {
    # What is done, with what to have it right and wrong; which invariant is named, and what it is about.
    "a fact": (
        f"UPDATE facts SET actor_name = '{{}}' {OURS} AND position = 4",
        ("Aino", "Aina"),
        ("chain", 4),
    ),
    "the last fact": (f"UPDATE facts SET actor_name = '{{}}' {LAST}", ("Aino", "Aina"), ("chain", 5)),
    "the head": (
        f"UPDATE journal_heads SET position = position {{}} {OURS}",
        ("- 1", "+ 1"),
        ("chain", None),
    ),
    "state": ("UPDATE conversations SET queue_id = '{}'", ("support", "billing"), ("state", TALK)),
    "text": (
        "UPDATE public_messages SET text = '{}' WHERE seq = 2",
        ("Hello", "Go away"),
        ("messages", TALK),
    ),
    "numbers": ("UPDATE public_messages SET seq = {} WHERE public_seq = 2", ("2", "3"), ("messages", TALK)),
    "future": ("UPDATE users SET disabled = {} WHERE id = 'aino'", ("false", "true"), ("future", TALK)),
    "load": ("UPDATE holdings SET units = {} WHERE agent_id = 'aino'", ("1", "2"), ("load", "aino")),
}


@pytest.mark.parametrize("what", MENDED)
async def test_what_is_broken_is_named_until_it_is_mended(place: Place, what: str) -> None:
    statement, (right, wrong), (check, about) = MENDED[what]
    expected = (check, place.talk if about == TALK else about)
    chief = place.stage.reader(CHIEF)
    await chief.watch("health")
    assert await place.wrong(chief) == []
    await place.floor.sql(statement.format(wrong))
    found: list[Finding] = []
    while expected not in found:
        # By what goes on at once, by the walk through what is old within a few rounds.
        assert place.rounds < 5, found
        found = await place.wrong(chief)
    assert expected in await place.wrong(chief), "until it is mended"
    shown = await place.shown(chief)
    counts = {one["name"]: one["findings"] for one in shown["checks"]}
    assert counts[check] >= 1
    assert shown["orphans"] == (1 if what == "future" else 0)
    await place.floor.sql(statement.format(right))
    assert await place.wrong(chief) == []


async def test_work_goes_on_and_is_no_fault(place: Place) -> None:
    await place.shown()
    await place.floor.done(AINO, serve.End(conversation_id=place.talk))
    one = await place.floor.accepted("unblocked")
    await place.floor.write(AINO, one, "line")
    shown = await place.shown()
    assert (shown["findings"], shown["behind"]) == ([], 0)


async def test_a_history_that_was_written_anew_is_no_longer_the_one_that_was_proved(place: Place) -> None:
    await place.shown()
    await place.floor.sql(
        "DO $$ DECLARE f record; before bytea := decode(repeat('00', 32), 'hex'); BEGIN"
        " UPDATE facts SET actor_name = 'Aina' WHERE organization_id = 'organization-1' AND position = 3;"
        " FOR f IN SELECT * FROM facts WHERE organization_id = 'organization-1' ORDER BY position LOOP"
        "   before := fact_digest(before, f.organization_id, f.position, f.conversation_id, f.version, f.kind,"
        "     f.actor_id, f.actor_name, f.at, f.audited, f.notify, f.body, f.salt);"
        "   UPDATE facts SET hash = before WHERE organization_id = f.organization_id AND position = f.position;"
        " END LOOP; UPDATE journal_heads SET hash = before WHERE organization_id = 'organization-1'; END $$"
    )
    for _ in range(3):
        assert ("chain", None) in await place.wrong(), "a chain that is whole in itself, and another one"


async def test_who_may_know_what(place: Place) -> None:
    sulo, chief = (
        place.stage.reader(replace(SULO, supervised=frozenset({BILLING}))),
        place.stage.reader(CHIEF),
    )
    for one in (sulo, chief):
        await one.watch("health")
    await place.floor.sql("UPDATE public_messages SET text = 'x' WHERE seq = 2")
    assert await place.wrong() == [("messages", place.talk)]
    assert await place.wrong(chief) == [("messages", place.talk)]
    assert await place.wrong(sulo) == []
    assert sulo.rows["health"]["health"]["elsewhere"] == 1
    assert place.talk not in str(sulo.frames)
    for actor in (AINO, AATU):
        other = place.stage.reader(actor)
        await other.watch("health")
        assert [one["op"] for one in other.frames] == ["refused"]
    assert "Hello" not in str(chief.frames)


async def test_one_process_inspects_and_the_next_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.floor.sql("UPDATE public_messages SET text = 'x' WHERE seq = 2")
    other = Inspector(place.floor.database, place.floor.clock, "two", share=1.0)
    await place.inspector.round()
    kept = await place.floor.sql("SELECT * FROM inspections WHERE organization_id = $1", HOUSE)
    place.floor.clock.advance(3)
    await other.round()
    assert await place.floor.sql("SELECT * FROM inspections WHERE organization_id = $1", HOUSE) == kept
    await place.floor.sql("UPDATE leases SET until = now() - interval '1 second'")
    await other.round()
    (now,) = await place.floor.sql("SELECT * FROM inspections WHERE organization_id = $1", HOUSE)
    assert now["at"] > kept[0]["at"]
    assert [one["check"] for one in now["report"]["findings"]] == ["messages"], (
        "what was wrong is known to it"
    )
    await place.inspector.round()
    assert place.inspector._books == {}, "the first one has let go"


async def test_it_takes_the_share_that_it_may(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    sleep = asyncio.sleep

    async def count(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", count)
    sparing = Inspector(place.floor.database, place.floor.clock, "one", share=0.02)
    await sparing._rest(0.1)
    assert sum(slept) == pytest.approx(4.9)
    await sparing._rest(0.3)
    assert max(slept) == inspecting.LONGEST_REST, "it says in between that it is still there"
    assert sum(slept) == pytest.approx(4.9 + 14.7)

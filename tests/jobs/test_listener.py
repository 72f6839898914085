"""The listener: customers who ask for a supervisor are heard once, across a restart; usual handle times are noted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_floor import AATU, AINO, HOUSE, OTHER_HOUSE, SAARA, STRANGER, SUPPORT, Floor

from valvomo.bus.local import LocalBus
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.join import Join
from valvomo.commands.settings.attention import ChangeAttention
from valvomo.commands.settings.usual_handle import NoteUsualHandle
from valvomo.db import floor as stored
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.domain.agents.events import UsualHandleNoted
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.handling import LEAST, usual_handle
from valvomo.jobs.listener import Listener
from valvomo.live.room import Room

pytestmark = pytest.mark.slow


def listener(floor: Floor, *, leads: bool = True) -> Listener:
    return Listener(floor.database, floor.executor, Doorbell(LocalBus()), leads=lambda: leads)


async def test_customers_are_heard_once_and_nothing_is_missed_across_a_restart(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await listener(floor).round()
    await floor.write(AINO, one, "Do you want to speak to a manager?")
    await listener(floor).round()
    assert (await floor.get(one)).asked is None
    await floor.write(await floor.guest(one), one, "Yes, I want to speak to a manager!")
    await listener(floor, leads=False).round()
    assert (await floor.get(one)).asked is None
    await listener(floor).round()
    asked = (await floor.get(one)).asked
    assert asked is not None
    assert (asked.by_role, asked.by_name) == ("customer", "Kaisa")
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.sql("UPDATE journal_readers SET position = 0")
    await listener(floor).round()
    assert (await floor.get(one)).asked is None, "what has been answered is not asked again"


async def test_a_house_listens_for_its_own_words(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await listener(floor).round()
    await floor.done(AATU, ChangeAttention(phrases={"en": ("red telephone",), "fi": ()}))
    await floor.write(await floor.guest(one), one, "I want to speak to a manager! Esimiehesi!")
    await listener(floor).round()
    assert (await floor.get(one)).asked is None
    await floor.write(await floor.guest(one), one, "Get me the RED telephone.")
    await listener(floor).round()
    assert (await floor.get(one)).asked is not None


async def test_a_house_in_trouble_keeps_no_other_from_being_heard(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert HOUSE < OTHER_HOUSE
    job = listener(floor)
    job.rest = 0.0
    await job.round()
    looked: list[str] = []
    look = Listener._look

    async def noted(self: Listener, organization_id: str) -> None:
        looked.append(organization_id)
        await look(self, organization_id)

    monkeypatch.setattr(Listener, "_look", noted)
    one = await floor.accepted("chat")
    await floor.write(await floor.guest(one), one, "I want to speak to a manager!")
    await floor.done(STRANGER, SetPresence(agent_id=STRANGER.id, presence=Presence.BUSY))
    await floor.sql("ALTER TABLE journal_readers ADD CONSTRAINT broken CHECK (organization_id <> $$organization-1$$)"
                    " NOT VALID")  # fmt: skip
    await job.round()
    assert looked == [HOUSE, OTHER_HOUSE]
    assert job.statistics.trouble == 1
    head = await floor.sql("SELECT position FROM journal_heads WHERE organization_id = $1", OTHER_HOUSE)
    read = "SELECT position FROM journal_readers WHERE organization_id = $1 AND name = 'listener'"
    assert await floor.sql(read, OTHER_HOUSE) == head
    await floor.sql("ALTER TABLE journal_readers DROP CONSTRAINT broken")
    await job.round()
    assert (await floor.get(one)).asked is not None


@pytest.mark.parametrize(
    ("seconds", "usual"),
    [([], None), ([60.0] * (LEAST - 1), None), ([10.0] * LEAST, 30), (list(range(100, 2100, 100)), 1800)],
)
def test_what_is_usual_is_the_ninetieth_percentile(seconds: list[float], usual: float | None) -> None:
    assert usual_handle(seconds) == usual


@pytest.mark.parametrize(
    ("before", "p90", "now"),
    [
        (None, 55, 60), (600, 630, 600), (600, 660, 600), (600, 661, 690), (600, 511, 600), (600, 510, 600),
        (600, 509, 510), (60, 24, 60), (60, 23, 30), (30, 33, 30), (30, 34, 60),
    ],
)  # fmt: skip
def test_only_what_differs_noticeably_is_noted(before: float | None, p90: float, now: float) -> None:
    assert usual_handle([p90] * LEAST, before) == now
    assert usual_handle([], before) == before


@given(least=st.floats(1, 7200), breaths=st.lists(st.floats(1, 1.1), min_size=2, max_size=20))
def test_a_figure_that_breathes_is_noted_once(least: float, breaths: list[float]) -> None:
    noted: list[float | None] = [None]
    for breath in breaths:
        noted.append(usual_handle([least * breath] * LEAST, noted[-1]))
    assert len(set(noted[1:])) == 1


async def test_handle_times_are_noted_and_known_on_the_floor(floor: Floor) -> None:
    await floor.accepted("chat")
    room = Room(HOUSE, floor.database, floor.clock)
    await room.feed.load()
    await floor.sql(
        "INSERT INTO conversations SELECT organization_id, id || g, version, revision, seq, public_seq,"
        " unanswered_since, first_response_at, last_message_at, 'closed', channel, workstream_id, queue_id, owner_id,"
        " contact_id, priority, created_at, queued_at, queued_at + g * interval '1 minute', body"
        " FROM conversations, generate_series(1, 20) g"
    )
    await listener(floor).round()
    await listener(floor)._look(HOUSE)
    noted = [fact.event for fact in await floor.all_facts() if isinstance(fact.event, UsualHandleNoted)]
    assert [one.seconds for one in noted] == [{SUPPORT: 18 * 60.0}]
    await floor.done(system(HOUSE, "listener"), NoteUsualHandle())
    assert len([fact for fact in await floor.all_facts() if fact.kind == "usual_handle_noted"]) == 1
    await room.feed.read_on()
    assert room.floor.lookups.queues[SUPPORT].usual_handle_seconds == 18 * 60
    async with floor.database.reading() as tx:
        assert await stored.lookups(tx, HOUSE) == room.floor.lookups

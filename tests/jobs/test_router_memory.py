"""What the router holds between two looks stays true, whatever happens on the floor; what it has said, it remembers."""

from __future__ import annotations

from random import Random

import pytest
from sample_floor import AATU, AINO, BILLING, EINO, HOUSE, ONNI, SAARA, Floor
from sample_lines import lay_lines
from sample_steps import Step, drawn, scripted, take

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import decisions, routing
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.routing.choosing import Outcome
from valvomo.domain.routing.route import Routed, route
from valvomo.jobs import router as job
from valvomo.jobs.router import Router


def made(floor: Floor) -> Router:
    return Router(floor.database, floor.executor, Doorbell(), floor.clock)


@pytest.fixture
def attentive(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Router:
    """One that reads everything once and goes by the journal from then on."""
    monkeypatch.setattr(job, "FULL_SHARE", 1e9)
    monkeypatch.setattr(job, "LONGEST_WITHOUT", 1e9)
    return made(floor)


async def left_to_do(floor: Floor) -> Routed:
    """What a look at everything, read anew, would do now."""
    async with floor.database.reading() as tx:
        waiting = await routing.waiting(tx, HOUSE, None)
        seats = await routing.seats(tx, HOUSE, None, floor.clock())
        house = await routing.rules(tx, HOUSE)
    return route(waiting, seats, house, at=floor.clock())


@pytest.mark.slow
@pytest.mark.parametrize("steps", [drawn(Random(3), 260), scripted()], ids=["drawn", "scripted"])
async def test_nothing_is_left_to_do_after_any_act(
    floor: Floor, attentive: Router, steps: list[Step]
) -> None:
    """As if it read everything each time: no offer, no orphan and none that stopped being one was missed."""
    await lay_lines(floor, HOUSE, "aino", "eino")
    ids: list[str] = []
    offers = 0
    for step in steps:
        await take(floor, step, ids)
        while done := (await attentive.route(HOUSE)).offers:
            offers += len(done)
        left = await left_to_do(floor)
        assert (left.offers, left.orphans, left.regained) == ((), (), ()), step
    assert offers >= 8


async def test_what_was_refused_is_read_anew(floor: Floor, attentive: Router) -> None:
    """Working hours begin and end without a fact: an agent who is held to be there is asked, refused, and read anew."""
    for agent in (EINO, ONNI, SAARA):
        await floor.done(agent, SetPresence(agent_id=agent.id, presence=Presence.AWAY))
    await attentive.route(HOUSE)
    await floor.sql("UPDATE agents SET capacity = 0 WHERE id = 'aino'")
    one = await floor.start("chat")
    assert len((await attentive.route(HOUSE)).offers) == 1
    assert (await floor.get(one)).offer is None
    assert (await attentive.route(HOUSE)).offers == ()
    await floor.sql("UPDATE agents SET capacity = 1 WHERE id = 'aino'")
    await floor.done(AINO, SetPresence(agent_id=AINO.id, presence=Presence.BUSY))
    assert len((await attentive.route(HOUSE)).offers) == 1
    assert (await floor.get(one)).offer is not None


async def test_a_look_that_is_cut_off_repeats_nothing_that_was_said(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offers fill a pass before it comes to those who wait on; they are not told their reasons once more."""
    monkeypatch.setattr(job, "FULL_SHARE", 0)
    monkeypatch.setattr(job, "MOST_OFFERS", 1)
    monkeypatch.setattr(Router, "every", 0.0)
    router = made(floor)
    for agent in (AINO, EINO, ONNI):
        await floor.done(agent, SetPresence(agent_id=agent.id, presence=Presence.AWAY))
    await floor.sql("UPDATE agents SET capacity = 9")
    await floor.sql("UPDATE queues SET priority = 5 WHERE id = 'support'")
    waits_on = await floor.start("chat", queue=BILLING)
    await router.route(HOUSE)
    floor.clock.advance(1)
    newer = [await floor.start("chat") for _ in range(3)]
    await floor.done(SAARA, SetPresence(agent_id=SAARA.id, presence=Presence.BUSY))
    for _ in newer:
        assert len((await router.route(HOUSE)).offers) == 1
    await router.route(HOUSE)
    async with floor.database.reading() as tx:
        kept = await decisions.of_conversation(tx, HOUSE, waits_on, 50)
    assert [one.decision.outcome for one in kept] == [Outcome.WAITING]


async def test_every_line_is_explained_though_not_in_one_pass(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.router_said.MOST_LINES", 1)
    for agent in (AINO, EINO, ONNI, SAARA):
        await floor.done(agent, SetPresence(agent_id=agent.id, presence=Presence.AWAY))
    ids = [await floor.start(stream) for stream in ("chat", "persistent", "heavy")]
    router = made(floor)
    rounds = 1
    while await router.round() is not None:
        rounds += 1
    assert rounds == 3
    for one in ids:
        async with floor.database.reading() as tx:
            kept = await decisions.of_conversation(tx, HOUSE, one, 50)
        assert [each.decision.outcome for each in kept] == [Outcome.WAITING]


async def test_who_stops_serving_is_not_held_on_to(floor: Floor, attentive: Router) -> None:
    for agent in (EINO, ONNI, SAARA):
        await floor.done(agent, SetPresence(agent_id=agent.id, presence=Presence.AWAY))
    await attentive.route(HOUSE)
    await floor.done(AATU, ChangeUser(user_id=AINO.id, disabled=True))
    await floor.start("chat")
    assert (await attentive.route(HOUSE)).offers == ()

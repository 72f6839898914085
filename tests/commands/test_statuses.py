"""Custom presences: chosen, shown, ended by whatever presence comes next, and back with a lost connection."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AINO, HOUSE, ONNI, ROUTER, SAARA, SULO, Floor, reason
from sample_routing import ask

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.agents.presence import SetPresence
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.events import PresenceSet
from valvomo.domain.agents.presence import Presence
from valvomo.domain.refusals import Reason

WINDOW = {"connection_id": "c1", "process_id": "process-1"}
STATUSES = {"lunch": Presence.AWAY, "training": Presence.DO_NOT_DISTURB, "ready": Presence.AVAILABLE}


@pytest.fixture
async def floor(floor: Floor) -> Floor:
    for status, presence in STATUSES.items():
        await floor.sql(
            "INSERT INTO presences (organization_id, id, name, presence, created_at) VALUES ($1, $2, $3, $4, now())",
            HOUSE, status, status.capitalize(), presence.value,
        )  # fmt: skip
    await floor.sql(
        "INSERT INTO presences (organization_id, id, name, presence, created_at) SELECT id, 'theirs', 'Theirs', 'away',"
        " now() FROM organizations WHERE id <> $1",
        HOUSE,
    )
    return floor


async def chosen(floor: Floor, actor: Actor = AINO) -> tuple[Presence, str | None]:
    agent = await floor.agent(actor)
    return agent.chosen, agent.status_id


def choose(actor: Actor = AINO, **what: Any) -> SetPresence:
    return SetPresence(agent_id=actor.id, **what)


async def newest(floor: Floor) -> PresenceSet:
    (*_, event) = (one.event for one in await floor.all_facts() if isinstance(one.event, PresenceSet))
    return event


@pytest.mark.parametrize(("status", "presence"), STATUSES.items())
async def test_a_status_brings_the_presence_that_it_stands_for(
    floor: Floor, status: str, presence: Presence
) -> None:
    await floor.done(AINO, choose(status_id=status))
    assert await chosen(floor) == (presence, status)
    event = await newest(floor)
    assert (event.chosen, event.status_id, event.status_name) == (presence, status, status.capitalize())


async def test_the_same_again_is_no_fact_and_another_of_the_same_presence_is(floor: Floor) -> None:
    await floor.done(AINO, choose(status_id="lunch", presence=Presence.AWAY))
    assert (await floor.done(AINO, choose(status_id="lunch"))).position is None
    assert (await floor.done(AINO, choose(presence=Presence.AWAY))).position is not None
    assert await chosen(floor) == (Presence.AWAY, None)
    assert (await newest(floor)).status_id is None


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"status_id": "nothing"}, Reason.UNKNOWN_TARGET),
        ({"status_id": "theirs"}, Reason.UNKNOWN_TARGET),
        ({"status_id": "lunch", "presence": Presence.BUSY}, Reason.MALFORMED),
        ({"presence": Presence.INACTIVE}, Reason.MALFORMED),
        ({}, Reason.MALFORMED),
    ],
)
async def test_what_does_not_fit_changes_nothing(floor: Floor, what: dict[str, Any], why: Reason) -> None:
    await floor.done(AINO, choose(status_id="training"))
    before = await floor.everything()
    assert reason(await floor.do(AINO, choose(**what))) is why
    assert await floor.everything() == before


async def test_a_supervisor_chooses_it_for_their_agents_only(floor: Floor) -> None:
    await floor.done(SAARA, choose(status_id="lunch"))
    assert (await newest(floor)).by_role == "supervisor"
    assert reason(await floor.do(SULO, choose(SAARA, status_id="lunch"))) is Reason.NOT_FOUND
    assert reason(await floor.do(ONNI, choose(status_id="lunch"))) is Reason.ROLE_NEEDED


async def test_whatever_comes_next_ends_it(floor: Floor) -> None:
    one = await floor.start()
    await floor.done(AINO, choose(status_id="ready"))
    await floor.done(ROUTER, ask(one, AINO.id))
    floor.clock.advance(10_000)
    await floor.fire(one)
    assert await chosen(floor) == (Presence.INACTIVE, None)


@pytest.mark.parametrize(("seconds", "back"), [(150, True), (151, False)])
async def test_it_comes_back_with_a_lost_connection(floor: Floor, seconds: int, back: bool) -> None:
    await floor.done(AINO, AgentConnect(**WINDOW))
    await floor.done(AINO, choose(status_id="training"))
    await floor.done(AINO, AgentDisconnect(**WINDOW))
    assert await chosen(floor) == (Presence.OFFLINE, None)
    floor.clock.advance(seconds)
    await floor.done(AINO, AgentConnect(**WINDOW))
    expected = (Presence.DO_NOT_DISTURB, "training") if back else (Presence.OFFLINE, None)
    assert await chosen(floor) == expected


@pytest.mark.parametrize(
    "meanwhile",
    ["DELETE FROM presences WHERE id = 'lunch'", "UPDATE presences SET presence = 'busy' WHERE id = 'lunch'"],
)
async def test_only_what_it_stands_for_comes_back_once_it_is_something_else(
    floor: Floor, meanwhile: str
) -> None:
    await floor.done(AINO, AgentConnect(**WINDOW))
    await floor.done(AINO, choose(status_id="lunch"))
    await floor.done(AINO, AgentDisconnect(**WINDOW))
    await floor.sql(meanwhile)
    await floor.done(AINO, AgentConnect(**WINDOW))
    assert await chosen(floor) == (Presence.AWAY, None)

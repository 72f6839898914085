"""What came from those who are in calls: counted once, and of who only listens nothing."""

from __future__ import annotations

from typing import cast

import pytest
from sample_engine import SampleEngine
from sample_floor import AINO, SAARA, Floor

from valvomo.commands.conversations.call import AcceptCall, Elevate
from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.monitor import Monitor
from valvomo.db.calls import Said
from valvomo.domain.conversations.model import Mode
from valvomo.jobs.calls.attended import Attended
from valvomo.media.port import Engine, Quality
from valvomo.telemetry.packets import Coming, Packets


class Counting(SampleEngine):
    """Says of each leg what it is given to say."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, Quality] = {}

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        return {one: self.counts[one] for one in self.open[call_id].legs if one in self.counts}


@pytest.fixture
async def attended(floor: Floor) -> tuple[Attended, Counting, Packets]:
    one = await floor.accepted()
    guest = await floor.guest(one)
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await floor.done(SAARA, Monitor(conversation_id=one))
    conversation, engine, packets = await floor.get(one), Counting(), Packets()
    assert conversation.call is not None
    return (
        Attended(cast("Engine", engine), conversation, conversation.call, clock=floor.clock, packets=packets),
        engine,
        packets,
    )


async def come(one: Attended, person: str) -> None:
    organization_id, conversation_id = one.key
    said = Said(
        id=person, organization_id=organization_id, conversation_id=conversation_id, person_id=person,
        what="come", offer="an offer",
    )  # fmt: skip
    assert (await one.come(said)).answer


async def test_what_a_listener_sends_is_seen(
    floor: Floor, attended: tuple[Attended, Counting, Packets]
) -> None:
    one, engine, packets = attended
    await come(one, "aino")
    await come(one, "saara")
    engine.counts = {"aino": Quality(up=100), "saara": Quality()}
    await one.measure()
    assert dict(packets.came) == {"agent": 100, "listener": 0}
    engine.counts = {"aino": Quality(up=150), "saara": Quality(refused=3)}
    await one.measure()
    await one.measure()
    assert dict(packets.came) == {"agent": 150, "listener": 3}
    assert dict(packets.refused) == {"agent": 0, "listener": 3}

    # By another network aino comes as the same one, and saara comes anew once she has joined.
    await come(one, "aino")
    await floor.done(SAARA, Join(conversation_id=one.key[1]))
    await one.follow(await floor.get(one.key[1]))
    await come(one, "saara")
    engine.counts = {"aino": Quality(up=160), "saara": Quality(up=40)}
    await one.measure()
    assert dict(packets.came) == {"agent": 160, "listener": 3, "speaker": 40}


async def test_who_comes_anew_meanwhile_is_not_blamed_for_what_came_before(
    attended: tuple[Attended, Counting, Packets], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, engine, packets = attended
    await come(one, "saara")

    async def late(_: str) -> dict[str, Quality]:
        await one.go("saara")
        await come(one, "saara")
        return {"saara": Quality(up=50)}

    monkeypatch.setattr(engine, "quality", late)
    await one.measure()
    assert not packets.came


def test_an_engine_that_counts_anew_is_counted_on() -> None:
    packets = Packets()
    one = Coming(packets, "agent")
    for taken, refused in ((10, 0), (25, 1), (5, 0), (9, 2)):
        one.told(taken, refused)
    assert (packets.came["agent"], packets.refused["agent"]) == (25 + 1 + 9 + 2, 3)

"""A Janus that answers late, or not at all, is the trouble of its own calls: without any Janus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sample_answers import Fake, Rooms, listening
from sample_offer import offer, section
from sample_patience import until

from valvomo.domain.calls.hearing import Hears
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.janus import call as calls
from valvomo.media.janus import client
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.port import Kind, PcmLeg, WebLeg

PATIENCE, NEVER = 120.0, 240.0
SOUND = frozenset({Kind.AUDIO})
EACH_OTHER = {"agent": Hears(frozenset({"customer"})), "customer": Hears(frozenset({"agent"}))}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for an answer does so for longer than any test takes, and nothing is asked in between."""
    for name in ("ALIVE_EVERY", "ANSWERS_WITHIN"):
        monkeypatch.setattr(client, name, NEVER)
    monkeypatch.setattr(calls, "COMES_WITHIN", NEVER)


@dataclass
class Server:
    """One of the two, and what is in its rooms."""

    fake: Fake
    rooms: Rooms

    async def speak(self) -> None:
        """Everybody's voice comes from now on."""
        for one in [*self.rooms.mouths, *self.rooms.bound]:
            await self.fake.tell("webrtcup", one)

    def heard(self) -> int:
        """Streams in which somebody is heard."""
        return sum(feed != "nobody" for ear in self.rooms.bound.values() for feed in ear.values())


@dataclass
class Two:
    """Two servers, with a call at each."""

    engine: JanusEngine
    slow: Server
    quick: Server


async def came(engine: JanusEngine, call: str, *people: str) -> None:
    await engine.open_call(call)
    for one in people:
        wanted = offer(section("0"))
        agreed = await engine.add_web_leg(WebLeg(call_id=call, leg_id=one, offer=wanted, sends=SOUND))
        assert agreed.offer
        await engine.take_answer(call, one, "agreed")


@asynccontextmanager
async def two() -> AsyncIterator[Two]:
    """In each call both are to hear each other; nothing comes from anybody yet."""
    one, other = Rooms(), Rooms()
    async with (
        asyncio.timeout(PATIENCE),
        listening(one) as first,
        listening(other) as second,
        EmbeddedEngine.running(Place(host="127.0.0.1")) as back,
        JanusEngine.running([first.server, second.server], back) as engine,
    ):
        servers = [Server(first, one), Server(second, other)]
        await came(engine, "slow", "customer", "agent")
        [slow] = [each for each in servers if each.rooms.mouths]
        [quick] = [each for each in servers if each is not slow]
        await came(engine, "quick", "customer", "agent")
        assert len(quick.rooms.mouths) == 2, "the server with the fewest calls gets the next"
        for call in ("slow", "quick"):
            await engine.set_routes(call, EACH_OTHER)
        try:
            yield Two(engine, slow, quick)
        finally:
            slow.fake.free.set()


async def test_what_happens_in_a_call_is_followed_while_another_server_does_not_answer() -> None:
    async with two() as place:
        place.slow.fake.free.clear()
        await place.slow.speak()
        await until(lambda: bool(place.slow.fake.requests("switch")))
        await place.quick.speak()
        await until(lambda: place.quick.heard() == 2)
        assert place.slow.heard() == 0
        await place.engine.set_routes("quick", {})
        assert place.quick.heard() == 0
        place.slow.fake.free.set()
        await until(lambda: place.slow.heard() == 2)


async def test_what_ends_at_a_server_that_does_not_answer_holds_up_nothing_else() -> None:
    async with two() as place:
        place.slow.fake.free.clear()
        hung_up = len(place.slow.fake.asked)
        await place.slow.fake.tell("hangup", place.slow.rooms.mouths[0])
        await until(lambda: any(one["janus"] == "detach" for one in place.slow.fake.asked[hung_up:]))
        await place.quick.speak()
        await until(lambda: place.quick.heard() == 2)


async def test_new_calls_go_to_who_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SLOW_SECONDS", 0.05)
    async with two() as place:
        await came(place.engine, "another", "customer")
        before = len(place.slow.rooms.mouths), len(place.quick.rooms.mouths)
        assert sum(before) == 5
        place.slow.fake.free.clear()
        async with asyncio.TaskGroup() as group:
            held = group.create_task(place.engine.remove_leg("slow", "agent"))
            [session] = [
                one for one in place.engine._servers._sessions if one.server.url == place.slow.fake.server.url
            ]
            await until(lambda: session.slow)
            for call in ("first", "second", "third"):
                await came(place.engine, call, "customer")
            assert len(place.slow.rooms.mouths) == before[0]
            assert len(place.quick.rooms.mouths) == before[1] + 3
            assert not held.done()
            place.slow.fake.free.set()
        assert not session.slow


async def test_a_server_that_has_no_room_is_passed_over() -> None:
    async with two() as place:
        rooms = place.slow.rooms

        def full(asked: dict[str, object]) -> dict[str, object] | None:
            if asked["janus"] == "attach":
                return {"janus": "error", "error": {"code": 490, "reason": "there is no more"}}
            return rooms(asked)

        place.slow.fake.answers = full
        for call in ("first", "second", "third"):
            await came(place.engine, call, "customer")
        assert len(place.quick.rooms.mouths) == 5
        place.quick.fake.answers = full
        with pytest.raises(ConnectionError, match="no Janus server"):
            await place.engine.open_call("fourth")


async def test_nobody_waits_for_the_two_engines_to_reach_each_other() -> None:
    async with two() as place:
        await place.quick.speak()
        await until(lambda: place.quick.heard() == 2)
        engine, fake = place.engine, place.quick.fake
        await engine.add_pcm_leg(PcmLeg(call_id="quick", leg_id="line"))
        await engine.set_routes("quick", EACH_OTHER | {"line": Hears(frozenset({"customer"}))})
        await until(lambda: len(fake.requests("join")) == 3)
        await engine.set_routes("quick", {})
        assert place.quick.heard() <= 1, "but for what our own engine is given, which nobody hears any more"
        guest = max(place.quick.rooms.bound)
        await until(
            lambda: any(
                one.get("handle_id") == guest
                and one["janus"] == "message"
                and one["body"]["request"] == "start"
                for one in fake.asked
            )
        )
        await fake.tell("webrtcup", guest)
        await until(lambda: any(one["janus"] == "detach" and one["handle_id"] == guest for one in fake.asked))

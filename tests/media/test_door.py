"""Who comes in by the door: what a browser says of itself that is not so, and one that comes again too late."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sample_offer import offer, section

from valvomo.media.embedded import secure
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.place import Place
from valvomo.media.port import Lost, WebLeg

BROWSER = WebLeg(call_id="call", leg_id="browser", offer=offer(section("0")))
ELSEWHERE = offer([*section("0"), "a=candidate:1 1 udp 2130706431 203.0.113.7 53 typ host"])
"""An answer that would have checks go to somebody who has nothing to do with it."""


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    async with EmbeddedEngine.running(Place(host="127.0.0.1")) as found:
        await found.open_call("call")
        yield found


def leg(engine: EmbeddedEngine, leg_id: str) -> Leg:
    found = engine._board.find("call", leg_id)
    assert isinstance(found, Leg)
    return found


async def test_whoever_was_offered_nothing_answers_nothing(engine: EmbeddedEngine) -> None:
    await engine.add_web_leg(BROWSER)
    there, agreed = leg(engine, "browser"), leg(engine, "browser").offer
    await engine.take_answer("call", "browser", ELSEWHERE)
    await engine.take_answer("call", "browser", "nonsense")
    # A handshake that has begun is not begun again, which would end it.
    await engine.add_web_leg(WebLeg(call_id="call", leg_id="other", offer=BROWSER.offer))
    assert leg(engine, "browser") is there
    assert there.offer is agreed
    assert (there.lost, there.address) == (False, None)


async def test_whoever_was_invited_answers_once(engine: EmbeddedEngine) -> None:
    await engine.offer_web_leg("call", "voice")
    invited = leg(engine, "voice")
    await engine.take_answer("call", "voice", ELSEWHERE)
    accepted = invited.offer
    assert accepted.fingerprints
    await engine.take_answer("call", "voice", ELSEWHERE.replace("AB:AB", "CD:CD"))
    assert invited.offer is accepted


async def test_offers_that_come_again_and_again_make_no_more_of_what_goes_there(
    engine: EmbeddedEngine,
) -> None:
    await engine.add_web_leg(BROWSER)
    first, names = dict(leg(engine, "browser").streams), list[str]()
    for number in range(20):
        names = [f"{number}a", f"{number}b", f"{number}c"]
        again = offer(section("0"), section(names[0]), section(names[1]), section(names[2], "video"))
        await engine.add_web_leg(WebLeg(call_id="call", leg_id="browser", offer=again))
    there = leg(engine, "browser")
    assert there.streams.keys() == {"0", *names}
    assert there.streams.items() >= first.items(), "what was there stays as it was"
    slots = [one.stream.ssrc for each in there.slots.values() for one in each.slots]
    assert sorted(slots) == sorted(there.streams.values())


async def test_whose_handshake_is_over_comes_anew_and_not_by_another_way(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secure, "HANDSHAKE_SECONDS", 0.01)
    first = await engine.add_web_leg(BROWSER)
    before = leg(engine, "browser")
    assert (await engine.add_web_leg(BROWSER)).answer != first.answer
    assert leg(engine, "browser") is before, "as long as it may still come"
    async for told in engine.happenings():
        assert told == Lost("call", "browser")
        break
    monkeypatch.undo()
    await engine.add_web_leg(BROWSER)
    assert leg(engine, "browser") is not before
    assert not leg(engine, "browser").over

"""What only Janus' engine has: several servers, connections to them that break, and rooms."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from sample_call import Meeting, met
from sample_chromium import launched
from sample_janus import ADDRESS, Janus, janus, missing, network

from valvomo.domain.calls.hearing import Part
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.pool import EnginePool
from valvomo.media.janus.client import JanusError, Session
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.port import Connected, Gone, Happening

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PATIENCE = 120.0
PARTS = {"customer": Part.CUSTOMER, "agent": Part.AGENT}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def apart() -> AsyncIterator[Browser]:
    """A Chromium in a network in which there can be Janus servers."""
    why = missing()
    if why:
        pytest.skip(why)
    async with AsyncExitStack() as stack:
        stack.enter_context(network())
        yield await stack.enter_async_context(
            launched("--autoplay-policy=no-user-gesture-required", whole=True)
        )


@asynccontextmanager
async def engine_of(*servers: Janus) -> AsyncIterator[JanusEngine]:
    async with (
        EmbeddedEngine.running(Place(host=ADDRESS)) as back,
        JanusEngine.running([one.server for one in servers], back) as engine,
    ):
        yield engine


def server_of(engine: JanusEngine, call: str) -> str:
    return engine._calls[call].room.session.server.url


async def gone(engine: JanusEngine) -> Happening:
    async for one in engine.happenings():
        if isinstance(one, Gone):
            return one
    raise AssertionError


async def test_a_server_that_is_killed_takes_its_own_calls_only(apart: Browser, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(janus(tmp_path / name)) for name in ("one", "other")]
        engine = await stack.enter_async_context(engine_of(*servers))
        one, other = [await met(engine, apart, call, PARTS) for call in ("one", "other")]
        await one.until(customer="agent", agent="customer")
        await other.until(customer="agent", agent="customer")
        assert server_of(engine, "one") != server_of(engine, "other")
        with pytest.raises(ValueError, match="beside"):
            await engine.move_leg("one", "agent", "other")
        [killed] = [each for each in servers if each.server.url == server_of(engine, "one")]
        killed.process.kill()
        assert await gone(engine) == Gone(("one",))
        assert await engine.calls() == {"other"}
        assert await engine.quality("one") == {}
        await other.until(customer="agent", agent="customer")
        again = await met(engine, apart, "one", PARTS)
        await again.until(customer="agent", agent="customer")
        assert server_of(engine, "one") == server_of(engine, "other")
        for each in (one, other, again):
            await each.page.close()


async def test_a_connection_that_breaks_ends_no_call_and_what_changed_meanwhile_is_made_up_for(
    apart: Browser, tmp_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE), janus(tmp_path / "janus") as server, engine_of(server) as engine:
        call = await met(engine, apart, "call", PARTS)
        await call.until(customer="agent", agent="customer")
        [session] = engine._servers._sessions
        await broken(session)
        await call.route(PARTS, held=True)
        await engine.remove_leg("call", "nobody")
        with pytest.raises(ConnectionError):
            await engine.quality("call")
        await call.until(customer="music", agent="")
        await call.route(PARTS)
        await call.until(customer="agent", agent="customer")
        assert engine._servers._sessions == [session]
        await bound_unheard(call, session)
        await engine.set_routes("call", {})
        await call.until(customer="", agent="")
        await engine.end_call("call")
        await call.until(customer="", agent="")
        await call.page.close()


async def bound_unheard(call: Meeting, session: Session) -> None:
    """The customer is given the agent, and the connection breaks before Janus says so."""
    await call.route(PARTS, held=True)
    await call.until(customer="music", agent="")
    assert isinstance(call.engine, JanusEngine)
    legs = call.engine._calls["call"].legs
    found, agent = legs["customer"].ear, legs["agent"].feed
    assert found is not None
    assert agent is not None
    say = found.handle.say

    async def unheard(request: str, *rest: Any, **body: Any) -> Any:
        said = await say(request, *rest, **body)
        if agent.id in {one["feed"] for one in body.get("streams", ())}:
            await broken(session)
            found.handle.say = say  # type: ignore[method-assign]
            raise ConnectionResetError
        return said

    found.handle.say = unheard  # type: ignore[method-assign]
    await call.route(PARTS)
    assert found.handle.say is say, "it was given to them"


async def broken(session: Session) -> None:
    """The connection has ended, and is not made anew yet."""
    wire = session._wire
    assert wire is not None
    wire._socket.transport.abort()
    while session._wire is wire:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)


async def test_a_server_that_comes_later_and_one_that_forgets_us(apart: Browser, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        first = await stack.enter_async_context(janus(tmp_path / "first"))
        engine = await stack.enter_async_context(engine_of(first))
        await engine.open_call("call")
        first.process.kill()
        await first.process.wait()
        # Its place is taken by another that knows nothing of us.
        await stack.enter_async_context(janus(tmp_path / "first", first.ports))
        assert await gone(engine) == Gone(("call",))
        again = await meeting_when_there(engine, apart)
        await again.until(customer="agent", agent="customer")
        await again.page.close()


async def meeting_when_there(engine: JanusEngine, chromium: Browser) -> Meeting:
    while True:
        try:
            return await met(engine, chromium, "call", PARTS)
        except ConnectionError:
            await asyncio.sleep(0.05)


async def test_a_process_of_ours_that_dies_takes_its_calls_from_janus(apart: Browser, tmp_path: Path) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        janus(tmp_path / "janus") as server,
        EnginePool.running(Place(host=ADDRESS), 1) as back,
        JanusEngine.running([server.server], back) as engine,
    ):
        call = await met(engine, apart, "call", PARTS)
        await call.until(customer="agent", agent="customer")
        room = engine._calls["call"].room
        killed = back.process_of("call")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert await gone(engine) == Gone(("call",))
        await call.until(customer="", agent="")
        keeper = await room.session.attach(lambda _: None)
        while (await keeper.say("exists", room=room.id))["exists"]:
            pass
        await call.page.close()


async def test_whoever_has_gone_hears_nothing_by_any_of_their_connections(
    apart: Browser, tmp_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE), janus(tmp_path / "janus") as server, engine_of(server) as engine:
        call = await met(engine, apart, "call", PARTS)
        await call.until(customer="agent", agent="customer")
        leg = engine._calls["call"].legs["customer"]
        assert leg.mouth is not None
        assert leg.ear is not None
        handles = [leg.mouth.handle.id, leg.ear.handle.id]
        await engine.remove_leg("call", "customer")
        session = engine._calls["call"].room.session
        assert await session.measures(handles) == {}
        await call.until(customer="", agent="")
        # The same one comes again, on a page that is another one for Janus.
        await call.come("customer", Part.CUSTOMER)
        await call.route(PARTS)
        await call.until(customer="agent", agent="customer")
        await call.page.evaluate("people.customer.pc.close()")
        await call.eventually(lambda: hung_up(engine))
        await call.until(customer="", agent="")
        with pytest.raises(JanusError):
            await session.ask({"janus": "message", "handle_id": handles[0], "body": {}})
        await call.page.close()


async def hung_up(engine: JanusEngine) -> bool:
    leg = engine._calls["call"].legs["customer"]
    return leg.mouth is None and leg.ear is None


async def test_what_is_told_of_a_way(apart: Browser, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), janus(tmp_path / "janus") as server, engine_of(server) as engine:
        call = await met(engine, apart, "call", PARTS)
        seen = {Connected("call", "customer"), Connected("call", "agent")}
        async for one in engine.happenings():
            if isinstance(one, Connected):
                seen.discard(one)
            if not seen:
                break
        await call.says("agent", 50)
        quality = await call.quality("agent")
        assert quality.down > 0
        assert quality.lost_up == 0.0
        await call.page.close()

"""Browsers that reach the engine by a TURN server only, and what else that server lets them do: nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aioice import turn
from aioice.stun import TransactionFailed
from sample_call import Meeting
from sample_relay import PROGRAM, Relay, relay

from valvomo.domain.calls.hearing import Part
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.leg import Leg

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="there is no coturn (Debian's package `coturn`)"),
]
PATIENCE = 60.0
PARTS = {"customer": Part.CUSTOMER, "agent": Part.AGENT}


@pytest.mark.parametrize("stage", ["embedded"], indirect=True)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_browsers_hear_each_other_through_it(meeting: Meeting, tmp_path: Path, transport: str) -> None:
    async with asyncio.timeout(PATIENCE), relay(tmp_path) as server:
        await meeting.page.evaluate(
            "(server) => void (window.relays = { iceServers: [server], iceTransportPolicy: 'relay' })",
            msgspec.to_builtins(server.server(transport)),
        )
        for who, part in PARTS.items():
            await meeting.come(who, part)
        await meeting.route(PARTS)
        await meeting.until(customer="agent", agent="customer")
        assert isinstance(meeting.engine, EmbeddedEngine)
        legs = [meeting.engine._board.find("call", who) for who in PARTS]
        addresses = [leg.address for leg in legs if isinstance(leg, Leg)]
        assert all(one is not None and one[1] in server.ports for one in addresses)
        await meeting.engine.end_call("call")


class Hears(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data)


async def peer(host: str) -> tuple[asyncio.DatagramTransport, Hears]:
    return await asyncio.get_running_loop().create_datagram_endpoint(Hears, local_addr=(host, 0))


async def through(server: Relay, username: str, password: str) -> asyncio.DatagramTransport:
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol, ("127.0.0.1", server.port), username=username, password=password
    )
    assert isinstance(transport, turn.TurnTransport)
    return transport  # type: ignore[return-value]  # it has what is used of one


async def test_it_is_a_way_to_the_engine_and_to_nobody_else(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), relay(tmp_path) as server:
        (engine, hears), (other, spared) = await peer("127.0.0.1"), await peer("127.0.0.2")
        given = server.server()
        way = await through(server, given.username, given.credential)
        for _ in range(5):
            way.sendto(b"a way in", other.get_extra_info("sockname"))
            way.sendto(b"a voice", engine.get_extra_info("sockname"))
            assert await hears.heard.get() == b"a voice"
        assert spared.heard.empty()
        for one in (way, engine, other):
            one.close()


async def test_passwords_end_and_are_not_guessed(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), relay(tmp_path) as server:
        over, good = server.server(good_for=timedelta(hours=-1)), server.server()
        for username, password in [(over.username, over.credential), (good.username, "guessed")]:
            with pytest.raises(TransactionFailed, match="401"):
                await through(server, username, password)

"""Browsers that reach the engine by a TURN server only, and what else that server lets them do: nothing."""

import asyncio
import ssl
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from aioice import turn
from aioice.stun import TransactionFailed
from sample_call import SCRIPT, Meeting
from sample_chromium import launched
from sample_ears import ARGUMENTS
from sample_janus import ADDRESS
from sample_relay import PROGRAM, Relay, relay

from valvomo.domain.calls.hearing import Part
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.place import Place

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="there is no coturn (Debian's package `coturn`)"),
]
PATIENCE = 120.0
PARTS = {"customer": Part.CUSTOMER, "agent": Part.AGENT}


async def hear_each_other(meeting: Meeting, server: Relay, transport: str) -> None:
    """Two who have no other way than this one."""
    await meeting.page.evaluate(
        "(server) => void (window.relays = { iceServers: [server], iceTransportPolicy: 'relay' })",
        msgspec.to_builtins(server.server(transport)),
    )
    for who, part in PARTS.items():
        await meeting.come(who, part)
    await meeting.route(PARTS)
    await meeting.until(customer="agent", agent="customer")
    if isinstance(meeting.engine, EmbeddedEngine):
        legs = [meeting.engine._board.find("call", who) for who in PARTS]
        addresses = [leg.address for leg in legs if isinstance(leg, Leg)]
        assert all(one is not None and one[1] in server.ports for one in addresses)
    await meeting.engine.end_call("call")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_browsers_hear_each_other_through_it(meeting: Meeting, tmp_path: Path, transport: str) -> None:
    engine = "127.0.0.1" if isinstance(meeting.engine, EmbeddedEngine) else ADDRESS
    async with asyncio.timeout(PATIENCE), relay(tmp_path, engine) as server:
        await hear_each_other(meeting, server, transport)


async def test_browsers_hear_each_other_through_it_by_tls(tmp_path: Path) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        relay(tmp_path) as server,
        EmbeddedEngine.running(Place(host="127.0.0.1")) as engine,
        # Otherwise it takes no certificate of a relay that it does not trust.
        launched(
            *ARGUMENTS,
            f"--ignore-certificate-errors-spki-list={server.certificate.digest}",
            whole=True,
        ) as chromium,
    ):
        page = await chromium.new_page()
        await page.evaluate(SCRIPT)
        await engine.open_call("call")
        await hear_each_other(Meeting(engine, page), server, "tls")


class Hears(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data)


async def peer(host: str) -> tuple[asyncio.DatagramTransport, Hears]:
    return await asyncio.get_running_loop().create_datagram_endpoint(Hears, local_addr=(host, 0))


async def through(
    server: Relay, username: str, password: str, tls: ssl.SSLContext | None = None
) -> asyncio.DatagramTransport:
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        ("127.0.0.1", server.secure_port if tls else server.port),
        username=username,
        password=password,
        ssl=tls,
        transport="tcp" if tls else "udp",
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


async def test_by_tls_it_is_known_by_its_certificate(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), relay(tmp_path) as server:
        engine, hears = await peer("127.0.0.1")
        given, trusting = server.server("tls"), ssl.create_default_context(cafile=server.certificate.file)
        known = partial(through, server, given.username, given.credential)
        way = await known(trusting)
        way.sendto(b"a voice", engine.get_extra_info("sockname"))
        assert await hears.heard.get() == b"a voice"
        with pytest.raises(ssl.SSLCertVerificationError):
            await known(ssl.create_default_context())
        for one in (way, engine):
            one.close()


async def test_passwords_end_and_are_not_guessed(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), relay(tmp_path) as server:
        over, good = server.server(good_for=timedelta(hours=-1)), server.server()
        for username, password in [(over.username, over.credential), (good.username, "guessed")]:
            with pytest.raises(TransactionFailed, match="401"):
                await through(server, username, password)

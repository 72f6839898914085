"""NATS: whatever becomes of the server costs what was on its way, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from sample_buses import Ear, connected, running
from sample_certificate import certificate_in
from sample_nats import NatsServer
from sample_patience import until

from valvomo.bus import nats as module
from valvomo.bus.nats import Address, NatsBus
from valvomo.settings import Settings

pytestmark = pytest.mark.slow  # starts servers and stops them


async def test_a_server_that_goes_and_comes_back(nats: NatsServer) -> None:
    ours, theirs = NatsBus(Address.of(nats.url)), NatsBus(Address.of(nats.url))
    ear = Ear(theirs)
    async with running(ours, theirs):
        await connected(ours, theirs)
        nats.stop()
        await until(lambda: not ours.traffic.connected and not theirs.traffic.connected)
        ours.publish("bell", "lost")
        assert ours.traffic.dropped == 1
        ear.heard.clear()
        await nats.start()
        await connected(ours, theirs)
        assert ear.heard == [""], "it is said that something may have been missed"
        ours.publish("bell", "again")
        await until(lambda: bool(ear.words))
    assert ear.words == ["again"], "nothing is kept for later"


async def test_a_server_that_is_not_there_yet(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    bus = NatsBus(Address.of(server.url))
    ear = Ear(bus)
    async with running(bus):
        await until(lambda: bus.traffic.losses > 1)
        bus.publish("bell", "early")
        await server.start()
        await connected(bus)
        bus.publish("bell", "late")
        await until(lambda: bool(ear.words))
    server.stop()
    assert ear.words == ["late"]


async def test_a_server_that_is_silent_is_found_out(
    monkeypatch: pytest.MonkeyPatch, nats: NatsServer
) -> None:
    """Stopped, not ended: the connection stands and nothing comes, as with a pulled cable."""
    monkeypatch.setattr(module, "PING_SECONDS", 0.2)
    bus = NatsBus(Address.of(nats.url))
    async with running(bus):
        await connected(bus)
        nats.freeze()
        try:
            await until(lambda: not bus.traffic.connected)
        finally:
            nats.thaw()
        await connected(bus)


async def test_who_cannot_keep_up_is_told_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, nats: NatsServer
) -> None:
    monkeypatch.setattr(module, "MOST_HELD", 10)
    ours, theirs = NatsBus(Address.of(nats.url)), NatsBus(Address.of(nats.url))
    ear = Ear(theirs)
    async with running(ours, theirs):
        await connected(ours, theirs)
        ear.heard.clear()
        for number in range(1000):
            ours.publish("bell", str(number))
        await until(lambda: theirs.traffic.missed > 0 and theirs.traffic.missed + len(ear.words) == 1000)
        assert "" in ear.heard
        ours.publish("bell", "after")
        await until(lambda: ear.heard[-1] == "after")


async def test_installations_share_a_server(nats: NatsServer) -> None:
    ours, theirs = NatsBus(Address.of(nats.url), prefix="one"), NatsBus(Address.of(nats.url), prefix="two")
    ear, own = Ear(theirs), Ear(ours)
    async with running(ours, theirs):
        await connected(ours, theirs)
        ours.publish("bell", "mine")
        theirs.publish("bell", "theirs")
        await until(lambda: bool(own.words and ear.words))
    assert (own.words, ear.words) == (["mine"], ["theirs"])


@pytest.mark.parametrize(
    ("options", "right", "wrong"),
    [
        (("--user", "valvomo", "--pass", "p@ss:word"), "nats://valvomo:p%40ss%3Aword@", "nats://valvomo:no@"),
        (("--auth", "s3cret"), "nats://s3cret@", "nats://other@"),
    ],
)
async def test_who_gets_in(tmp_path: Path, options: Any, right: str, wrong: str) -> None:
    server = NatsServer(tmp_path, options)
    await server.start()
    place = f"127.0.0.1:{server.port}"
    admitted, refused = NatsBus(Address.of(right + place)), NatsBus(Address.of(wrong + place))
    async with running(admitted, refused):
        await connected(admitted)
        await until(lambda: refused.traffic.losses > 1)
        assert not refused.traffic.connected
    server.stop()


async def test_over_tls_to_a_server_whose_certificate_is_trusted(tmp_path: Path) -> None:
    own = await asyncio.to_thread(certificate_in, tmp_path)
    server = NatsServer(tmp_path, ("--tls", "--tlscert", str(own.certificate), "--tlskey", str(own.key)))
    await server.start()
    url = f"tls://localhost:{server.port}"
    trusting = NatsBus(Address.of(url, authority=own.certificate))
    doubting = NatsBus(Address.of(url))
    async with running(trusting, doubting):
        await connected(trusting)
        await until(lambda: doubting.traffic.losses > 0)
        assert not doubting.traffic.connected
    server.stop()


async def test_one_of_several_servers_is_enough(nats: NatsServer) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bus = NatsBus(Address.of(f"nats://127.0.0.1:{nobody.getsockname()[1]}, {nats.url}"))
        async with running(bus):
            await connected(bus)


async def test_closing_in_the_middle_of_it(nats: NatsServer) -> None:
    bus = NatsBus(Address.of(nats.url))
    async with asyncio.timeout(90), running(bus):
        await connected(bus)
        for number in range(500):
            bus.publish("bell", str(number))


def test_nothing_shows_who_signs_in() -> None:
    for url, secret in (("nats://u:hidden@host", "hidden"), ("nats://hidden@host", "hidden")):
        assert secret not in repr(Address.of(url))
        assert secret not in repr(Settings(bus_url=url))

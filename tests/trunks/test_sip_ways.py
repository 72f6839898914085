"""The ways in which a trunk speaks SIP, and how it calls."""

import asyncio
import re
import socket

import pytest
from sample_sip import (
    HERE,
    OURS,
    Provider,
    Telephone,
    alone,
    both_hear,
    saying,
    standing,
    taken,
)

from valvomo.trunks.port import Why

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
NUMBER = "+358401234567"


@pytest.mark.parametrize(
    ("settings", "how"),
    [
        pytest.param({"transport": "tcp"}, {"transport": "tcp"}, id="tcp"),
        pytest.param({"codec": "opus"}, {"codecs": ("opus/48000/2",)}, id="opus"),
        pytest.param({"srtp": "required"}, {"srtp": "srtp-mand"}, id="srtp"),
        pytest.param({"srtp": "offered"}, {}, id="srtp offered to who has none"),
        pytest.param({"public_address": HERE}, {}, id="a public address"),
    ],
)
async def test_ways_to_speak(phone: Telephone, settings: dict[str, object], how: dict[str, object]) -> None:
    made, port = alone(phone.port, **settings)
    async with standing(made) as trunk:
        await trunk.state(ready=True)
        async with taken(trunk, phone, port, **how) as (handset, call), saying(trunk, call, OURS):
            await both_hear(trunk, handset, call)


async def test_media_are_described_where_they_are_found_from_outside() -> None:
    async with Provider.there(lambda _: "486 Busy Here") as provider:
        made, _ = alone(provider.port, public_address="203.0.113.9")
        async with standing(made) as trunk:
            await trunk.state(ready=True)
            await trunk.trunk.dial("out", NUMBER, "")
            assert (await trunk.ended("out")).why is Why.BUSY
    (asked,) = provider.asked("INVITE")
    assert "c=IN IP4 203.0.113.9" in asked
    assert re.search(r"a=rtcp:32\d\d\d IN IP4 203\.0\.113\.9", asked)


@pytest.mark.parametrize(
    ("how", "called"), [("plus", "+358401234567"), ("digits", "358401234567"), ("zeros", "00358401234567")]
)
async def test_a_number_is_dialled_as_the_provider_wants_it(how: str, called: str) -> None:
    async with Provider.there(lambda _: "404 Not Found") as provider:
        made, _ = alone(provider.port, dialled_as=how, domain="sip.provider.example")
        async with standing(made) as trunk:
            await trunk.state(ready=True)
            await trunk.trunk.dial("out", NUMBER, "")
            assert (await trunk.ended("out")).why is Why.UNREACHABLE
    (asked,) = provider.asked("INVITE")
    assert asked.startswith(f"INVITE sip:{called}@sip.provider.example")


async def test_who_redirects_us_is_not_followed() -> None:
    """Else somebody who is called could have the house pay for a call to anywhere."""
    async with Provider.there(
        lambda _: "302 Moved Temporarily\r\nContact: <sip:+8821234567@127.0.0.1>"
    ) as provider:
        made, _ = alone(provider.port)
        async with standing(made) as trunk:
            await trunk.state(ready=True)
            await trunk.trunk.dial("out", NUMBER, "")
            assert (await trunk.ended("out")).why is Why.FAILED
    assert len(provider.asked("INVITE")) == 1


async def test_over_tcp_nobody_else_is_let_in(phone: Telephone) -> None:
    made, port = alone(phone.port, transport="tcp")
    async with standing(made) as trunk:
        await trunk.state(ready=True)
        loop = asyncio.get_running_loop()
        with socket.socket() as stranger, socket.socket() as known:
            for one, place in ((stranger, "127.0.0.2"), (known, HERE)):
                one.setblocking(False)
                one.bind((place, 0))
            async with asyncio.TaskGroup() as tasks:
                knocking = tasks.create_task(loop.sock_connect(stranger, (HERE, port)))
                await asyncio.sleep(0)
                await loop.sock_connect(known, (HERE, port))
                assert not knocking.done()
                knocking.cancel()

"""Calls over a trunk that speaks SIP, with a SIP telephone at the other end."""

import asyncio
import socket
from collections.abc import AsyncIterator

import baresip
import pytest
import pytest_asyncio
from sample_patience import until
from sample_sip import (
    HERE,
    MUSIC,
    OURS,
    THEIRS,
    Handset,
    Heard,
    Telephone,
    both_hear,
    free_port,
    hears,
    saying,
    standing,
    taken,
)

from valvomo.trunks.port import Ended, Refused, Ringing, TrunkError, Why
from valvomo.trunks.sip.forms import SipSettings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
NUMBER = "+358401234567"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> int:
    return free_port()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trunk(phone: Telephone, port: int) -> AsyncIterator[Heard]:
    """An IP trunk: nobody registers."""
    settings = SipSettings(
        server=HERE, port=phone.port, registers=False, local_address=HERE, local_port=port, country="FI",
        number="+358501112222", media_ports="31000-31999",
    )  # fmt: skip
    async with standing(settings) as heard:
        await heard.state(ready=True)
        yield heard


@pytest_asyncio.fixture(loop_scope="module")
async def ringing_out(trunk: Heard, phone: Telephone, port: int) -> tuple[Handset, Ringing]:
    """A call that the telephone has made, and that rings in the house."""
    handset = await phone.call(port)
    return handset, await trunk.ringing()


async def test_a_call_that_comes_is_told_of_and_heard(trunk: Heard, phone: Telephone, port: int) -> None:
    handset = await phone.call(port)
    ringing = await trunk.ringing()
    assert (ringing.caller, ringing.called) == (NUMBER, "+358800123")
    await trunk.trunk.take(ringing.call)
    await trunk.answered(ringing.call)
    handset.says = THEIRS
    async with saying(trunk, ringing.call, OURS):
        await both_hear(trunk, handset, ringing.call)
        await handset.call.hangup()
        assert (await trunk.ended(ringing.call)).why is Why.HUNG_UP
    await trunk.trunk.end(ringing.call)


async def test_who_is_on_hold_hears_the_music_and_is_not_heard(
    trunk: Heard, phone: Telephone, port: int
) -> None:
    async with taken(trunk, phone, port) as (handset, call), saying(trunk, call, OURS) as said:
        await both_hear(trunk, handset, call)
        await trunk.trunk.hold(call)
        said[0] = MUSIC
        await until(lambda: handset.call.remote_on_hold, "they are told that they are on hold")
        await until(lambda: hears(handset.pcm, OURS, THEIRS, MUSIC) == {MUSIC}, "they hear the music")
        await until(lambda: hears(trunk.pcm[call], THEIRS) == set(), "they are not heard")
        silent = len(trunk.pcm[call])
        await until(lambda: len(trunk.pcm[call]) >= silent + 8_000, "silence is told as sound")
        assert hears(trunk.pcm[call], THEIRS) == set()
        await trunk.trunk.unhold(call)
        said[0] = OURS
        await until(lambda: not handset.call.remote_on_hold, "they are not on hold any more")
        await both_hear(trunk, handset, call)


async def test_hold_is_said_however_busy_the_two_sides_are(trunk: Heard, phone: Telephone, port: int) -> None:
    """The stack describes the call anew as soon as it is answered, and takes only one description at a time."""
    async with taken(trunk, phone, port) as (handset, call), saying(trunk, call, OURS):
        for _ in range(4):
            await trunk.trunk.hold(call)
            await trunk.trunk.unhold(call)
        await trunk.trunk.hold(call)
        await until(lambda: handset.call.remote_on_hold, "the last word counts")
        await trunk.trunk.unhold(call)
        await until(lambda: not handset.call.remote_on_hold, "and the one after it")
        await both_hear(trunk, handset, call)


async def test_keys_go_both_ways(trunk: Heard, phone: Telephone, port: int) -> None:
    async with taken(trunk, phone, port) as (handset, call):
        await handset.call.send_dtmf("19*D")
        await until(lambda: trunk.keys(call) == "19*D", f"theirs: {trunk.keys(call)}")
        await trunk.trunk.keys(call, "0#77")
        await until(lambda: handset.keys == "0#77", f"ours: {handset.keys}")


@pytest.mark.parametrize(
    ("why", "status"), [(Refused.BUSY, "486"), (Refused.CLOSED, "480"), (Refused.DECLINED, "603")]
)
async def test_a_call_is_refused_with_the_reason(
    ringing_out: tuple[Handset, Ringing], trunk: Heard, why: Refused, status: str
) -> None:
    handset, ringing = ringing_out
    await trunk.trunk.refuse(ringing.call, why)
    assert (await trunk.ended(ringing.call)).why is Why.ENDED
    await until(lambda: handset.over is not None, "they are told")
    assert (handset.over or "").startswith(status)


async def test_who_calls_may_give_up(trunk: Heard, phone: Telephone, port: int) -> None:
    handset = await phone.call(port)
    ringing = await trunk.ringing()
    await until(
        lambda: any(one.event is baresip.Event.CALL_RINGING for one in handset.events), "it rings there"
    )
    await handset.call.hangup()
    assert (await trunk.ended(ringing.call)).why is Why.HUNG_UP
    await trunk.trunk.take(ringing.call)
    await trunk.trunk.refuse(ringing.call, Refused.BUSY)


async def test_a_number_that_is_withheld_is_not_told(trunk: Heard, phone: Telephone, port: int) -> None:
    handset = await phone.call(port, "0800123", {"Privacy": "id", "P-Asserted-Identity": f"<sip:{NUMBER}@x>"})
    ringing = await trunk.ringing()
    assert (ringing.caller, ringing.called) == ("", "+358800123")
    await trunk.trunk.end(ringing.call)
    await trunk.ended(ringing.call)
    await until(lambda: handset.over is not None)


async def test_a_call_out(trunk: Heard, phone: Telephone) -> None:
    await trunk.trunk.dial("out", NUMBER, "")
    handset = await phone.rings()
    assert handset.call.peer is not None
    assert handset.call.peer.startswith("sip:+358501112222@")
    await trunk.dialling("out")
    await handset.call.answer()
    await trunk.answered("out")
    handset.says = THEIRS
    async with saying(trunk, "out", OURS):
        await both_hear(trunk, handset, "out")
    await trunk.trunk.end("out")
    assert (await trunk.ended("out")).why is Why.ENDED
    await until(lambda: handset.over is not None, "they are told")


async def test_the_number_that_is_shown_may_be_another(trunk: Heard, phone: Telephone) -> None:
    await trunk.trunk.dial("shown", NUMBER, "+358503334444")
    handset = await phone.rings()
    assert (handset.call.peer or "").startswith("sip:+358503334444@")
    await handset.call.reject()
    assert (await trunk.ended("shown")).why is Why.BUSY


async def test_it_stops_ringing_when_it_is_given_up(trunk: Heard, phone: Telephone) -> None:
    await trunk.trunk.dial("given-up", NUMBER, "")
    handset = await phone.rings()
    await trunk.trunk.end("given-up")
    assert (await trunk.ended("given-up")).why is Why.ENDED
    await until(lambda: handset.over is not None, "they are told")


@pytest.mark.parametrize("to", ["", "+", "a@evil.example", "+358 40", "sip:1@2", "1;x=y", "9" * 21])
async def test_what_is_no_number_is_not_dialled(trunk: Heard, to: str) -> None:
    with pytest.raises(TrunkError) as refused:
        await trunk.trunk.dial("no-number", to, "")
    assert refused.value.why is Why.UNREACHABLE
    assert not [one for one in trunk.of(Ended) if one.call == "no-number"]


async def test_a_transfer_connects_them_without_us(trunk: Heard, phone: Telephone, port: int) -> None:
    async with taken(trunk, phone, port) as (handset, call):
        asked: list[object] = []
        handset.call.on_transfer_request(asked.append)
        async with asyncio.TaskGroup() as tasks:
            transferring = tasks.create_task(trunk.trunk.transfer(call, "+358407654321"))
            await until(lambda: asked, "they are asked to call somebody else")
            assert str(asked[0].target).startswith("sip:+358407654321@")  # type: ignore[attr-defined]
            theirs = await handset.call.accept_transfer()
            other = await phone.rings()
            await other.call.answer()
            await transferring
        assert (await trunk.ended(call)).why is Why.ENDED
        await theirs.hangup()


async def test_a_transfer_that_is_refused_leaves_the_call_as_it_was(
    trunk: Heard, phone: Telephone, port: int
) -> None:
    async with taken(trunk, phone, port) as (handset, call), saying(trunk, call, OURS):
        asked: list[object] = []
        handset.call.on_transfer_request(asked.append)
        async with asyncio.TaskGroup() as tasks:
            transferring = tasks.create_task(_refused(trunk, call))
            await until(lambda: asked, "they are asked")
            await handset.call.reject_transfer(486)
            assert await transferring is Why.BUSY
        await both_hear(trunk, handset, call)
        with pytest.raises(TrunkError):
            await trunk.trunk.transfer(call, "nobody")


async def _refused(trunk: Heard, call: str) -> Why:
    with pytest.raises(TrunkError) as refused:
        await trunk.trunk.transfer(call, "+358407654321")
    return refused.value.why


async def test_nobody_outside_has_us_call_anybody(trunk: Heard, phone: Telephone, port: int) -> None:
    async with taken(trunk, phone, port) as (handset, call), saying(trunk, call, OURS):
        with pytest.raises(baresip.TransferFailed):
            await handset.call.transfer(f"sip:+8821234567@{HERE}:{phone.port}")
        await both_hear(trunk, handset, call)
        assert phone.coming.empty()


async def test_a_telephone_of_another_codec(trunk: Heard, phone: Telephone, port: int) -> None:
    async with (
        taken(trunk, phone, port, codecs=("pcmu",)) as (handset, call),
        saying(trunk, call, OURS),
    ):
        await both_hear(trunk, handset, call)


async def test_nothing_rings_that_cannot_be_spoken_with(trunk: Heard, phone: Telephone, port: int) -> None:
    handset = await phone.call(port, codecs=("opus/48000/2",))
    await until(lambda: handset.over is not None, "it is refused")
    assert (handset.over or "").startswith("488")


async def test_nobody_else_is_heard(trunk: Heard, port: int) -> None:
    """What a stranger sends is read by nobody; what one of the provider's addresses sends after it is answered."""
    before = len(trunk.of(Ringing))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger, _datagrams() as known:
        stranger.bind(("127.0.0.2", 0))
        stranger.setblocking(False)
        stranger.sendto(_options(stranger), (HERE, port))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(90):
            await loop.sock_sendto(known, _options(known), (HERE, port))
            assert (await loop.sock_recv(known, 4_096)).startswith(b"SIP/2.0 200")
        with pytest.raises(BlockingIOError):
            stranger.recv(4_096)
    await until(lambda: trunk.trunk.refused["source"] >= 1, "it is counted")
    assert len(trunk.of(Ringing)) == before


def _datagrams() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HERE, 0))
    made.setblocking(False)
    return made


def _options(by: socket.socket) -> bytes:
    place = "{}:{}".format(*by.getsockname())
    return (
        f"OPTIONS sip:{HERE} SIP/2.0\r\nVia: SIP/2.0/UDP {place};branch=z9hG4bKa;rport\r\nMax-Forwards: 70\r\n"
        f"From: <sip:a@{place}>;tag=a\r\nTo: <sip:b@{HERE}>\r\nCall-ID: {place}\r\nCSeq: 1 OPTIONS\r\n"
        f"Contact: <sip:a@{place}>\r\nContent-Length: 0\r\n\r\n"
    ).encode()

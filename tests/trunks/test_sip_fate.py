"""How a trunk that speaks SIP becomes known, fails and ends."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from sample_certificate import certificate_in
from sample_patience import until
from sample_sip import (
    HERE,
    OURS,
    Handset,
    Heard,
    Registrar,
    Telephone,
    alone,
    both_hear,
    saying,
    standing,
    taken,
)

from valvomo.trunks.port import Ended, Ringing, State, TrunkError, Why
from valvomo.trunks.sip import trunk as trunk_module
from valvomo.trunks.sip.forms import SipSettings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
NUMBER = "+358401234567"
SECRET = "wrong horse battery"


def registered(at: Registrar, **how: object) -> SipSettings:
    return SipSettings(server=HERE, port=at.port, username="house", local_address=HERE, **how)  # type: ignore[arg-type]


async def test_it_is_known_while_the_provider_lets_it_in() -> None:
    async with Registrar.there("house", SECRET) as provider:
        async with standing(registered(provider), SECRET) as trunk:
            await trunk.state(ready=True)
            assert provider.known == ["300"]
            process = trunk.trunk.process
            assert process is not None
            for what in ("cmdline", "environ"):
                assert SECRET.encode() not in Path(f"/proc/{process.pid}/{what}").read_bytes()
        assert provider.known[-1] == "0"
        assert provider.refused == 0


async def test_a_wrong_password_is_told() -> None:
    async with (
        Registrar.there("house", "another") as provider,
        standing(registered(provider), SECRET) as trunk,
    ):
        state = await trunk.state(ready=False)
        assert "403" in state.why
        assert SECRET not in state.why
        assert provider.refused == 1


@pytest.mark.parametrize("trusted", [True, False])
async def test_by_tls_the_provider_has_to_prove_who_it_is(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = certificate_in(tmp_path)
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secured.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with Registrar.secured("house", SECRET, by=secured) as provider:
        settings = SipSettings(
            server="localhost", port=provider.port, transport="tls", username="house", local_address=HERE
        )
        async with standing(settings, SECRET) as trunk:
            await trunk.state(ready=trusted)
        assert bool(provider.known) is trusted
        assert bool(provider.asked("REGISTER")) is trusted


async def test_it_becomes_known_once_the_provider_is_there() -> None:
    async with Registrar.there("house", SECRET) as provider:
        provider.away = True
        async with standing(registered(provider), SECRET) as trunk:
            assert "503" in (await trunk.state(ready=False)).why
            provider.away = False
            await trunk.state(ready=True)


async def one_each_way(trunk: Heard, phone: Telephone, port: int) -> tuple[Ringing, Handset, Handset]:
    """A call that came and was taken, and one of ours that rings, named `out`; the telephone's ends of both."""
    await trunk.state(ready=True)
    handset = await phone.call(port)
    ringing = await trunk.ringing()
    await trunk.trunk.take(ringing.call)
    await trunk.answered(ringing.call)
    await trunk.trunk.dial("out", NUMBER, "")
    return ringing, handset, await phone.rings()


async def test_a_process_that_stands_still_ends_its_calls_and_is_followed(
    phone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, port = alone(phone.port)
    async with standing(made) as trunk:
        ringing, _, _ = await one_each_way(trunk, phone, port)
        process = trunk.trunk.process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        monkeypatch.setattr(trunk_module, "LOOKS_EVERY", 0.05)
        assert {(await trunk.ended(one)).why for one in (ringing.call, "out")} == {Why.FAILED}
        monkeypatch.undo()
        await trunk.state(ready=False)
        await trunk.state(ready=True)
        assert trunk.trunk.process is not process


async def test_while_its_stack_lives_it_says_so(phone: Telephone) -> None:
    made, _ = alone(phone.port)
    async with standing(made) as trunk:
        await until(lambda: trunk.trunk.signs > 1, "it says that it lives")


async def test_a_process_that_is_killed_ends_its_calls_and_is_followed(phone: Telephone) -> None:
    made, port = alone(phone.port)
    async with standing(made) as trunk:
        ringing, handset, other = await one_each_way(trunk, phone, port)
        process = trunk.trunk.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        assert {(await trunk.ended(one)).why for one in (ringing.call, "out")} == {Why.FAILED}
        assert "-9" in (await trunk.state(ready=False)).why
        with pytest.raises(TrunkError) as refused:
            await trunk.trunk.dial("nobody", NUMBER, "")
        assert refused.value.why is Why.FAILED
        await trunk.state(ready=True)
        for one in (handset, other):
            await one.call.hangup()
        async with taken(trunk, phone, port) as (again, call), saying(trunk, call, OURS):
            await both_hear(trunk, again, call)
        assert [one.call for one in trunk.of(Ended)].count(ringing.call) == 1


async def test_an_orderly_end_hangs_everybody_up(phone: Telephone) -> None:
    made, port = alone(phone.port)
    async with standing(made) as trunk:
        ringing, handset, other = await one_each_way(trunk, phone, port)
        process = trunk.trunk.process
    assert process is not None
    assert process.returncode == 0
    await until(lambda: None not in {handset.over, other.over}, "both are hung up")
    assert {(await trunk.ended(one)).why for one in (ringing.call, "out")} == {Why.ENDED}


async def test_a_port_that_is_taken_is_told(phone: Telephone) -> None:
    made, port = alone(phone.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind((HERE, port))
        async with standing(made) as trunk:
            state = await trunk.state(ready=False)
            assert state.why
            taker.close()
            await trunk.state(ready=True)
            assert trunk.of(State)[-1] == State(ready=True)


async def test_nobody_starts_the_process_by_hand() -> None:
    ended = subprocess.run(  # noqa: ASYNC221 - nothing else is waiting
        [sys.executable, "-m", "valvomo.trunks.sip"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 1
    assert b"not started by hand" in ended.stderr

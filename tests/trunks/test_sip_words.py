"""What a trunk that speaks SIP reads and judges, without calling anybody."""

import asyncio
import errno
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_network

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_sip import HERE, Provider, free_port

from valvomo.channels.port import Account, UnavailableError
from valvomo.pipes import unpacked
from valvomo.trunks.port import Keys, Refused, Ringing, Sound, State, TrunkError, Why
from valvomo.trunks.sip import reaching, sources
from valvomo.trunks.sip import trunk as trunk_module
from valvomo.trunks.sip.codes import REFUSALS, TRANSFERRED, why_of
from valvomo.trunks.sip.forms import SipSecrets, SipSettings
from valvomo.trunks.sip.kind import Sip, wrong_in
from valvomo.trunks.sip.news import MOST_SOUNDS, News
from valvomo.trunks.sip.numbers import called_of, caller_of, dialled
from valvomo.trunks.sip.reflecting import answer
from valvomo.trunks.sip.stack import account, config, domain, outbound
from valvomo.trunks.sip.talk import ASKED, HEADERS, Dial, End, Open, Rings
from valvomo.trunks.sip.trunk import SipTrunk

GONE = "Connection reset by peer [104]"
NUMBER = "+358401234567"
SETTINGS = SipSettings(server="sip.provider.example", username="house")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("486 Busy Here", Why.BUSY), ("600 Busy Everywhere", Why.BUSY), ("480 Temporarily Unavailable", Why.NO_ANSWER),
        ("408 Request Timeout", Why.NO_ANSWER), ("603 Decline", Why.DECLINED), ("404 Not Found", Why.UNREACHABLE),
        ("484 Address Incomplete", Why.UNREACHABLE), ("403 Forbidden", Why.FORBIDDEN), ("407", Why.FORBIDDEN),
        ("503 Service Unavailable", Why.FAILED), ("302 Moved Temporarily", Why.FAILED), ("", Why.FAILED),
        ("Connection timed out [110]", Why.FAILED), ("4861 of something else", Why.FAILED), (TRANSFERRED, Why.ENDED),
    ],
)  # fmt: skip
def test_why_somebody_was_not_reached(text: str, why: Why) -> None:
    assert why_of(text, incoming=False, answered=False) is why


@pytest.mark.parametrize(
    ("text", "incoming", "answered", "why"),
    [
        (GONE, True, True, Why.HUNG_UP), (GONE, False, True, Why.HUNG_UP), ("", True, True, Why.HUNG_UP),
        ("rtp stream error", True, True, Why.FAILED), ("Connection timed out [110]", False, True, Why.FAILED),
        ("Connection reset by peer [104]", True, False, Why.HUNG_UP), ("Rejected by user", True, False, Why.HUNG_UP),
    ],
)  # fmt: skip
def test_why_a_call_ended(text: str, incoming: bool, answered: bool, why: Why) -> None:
    assert why_of(text, incoming=incoming, answered=answered) is why


def test_every_reason_to_refuse_has_its_status() -> None:
    assert {why: status for why, (status, _) in REFUSALS.items()} == {
        Refused.BUSY: 486, Refused.CLOSED: 480, Refused.DECLINED: 603,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "caller"),
    [
        ({"From": f'"Anna" <sip:{NUMBER}@provider.example>;tag=1'}, NUMBER),
        ({"From": "<sip:0401234567@provider.example;user=phone>"}, NUMBER),
        ({"From": "<sip:00358401234567@provider.example>"}, NUMBER),
        ({"From": "<tel:+358-40-123-4567>"}, NUMBER),
        ({"From": "sip:%2B358401234567@provider.example"}, NUMBER),
        ({"From": "<sip:1001@exchange.example>"}, "1001"),
        ({"From": "<sip:anna@exchange.example>"}, "anna"),
        ({"From": "<sip:house@x>", "P-Asserted-Identity": f"<sip:{NUMBER}@x>"}, NUMBER),
        ({"From": '"Anonymous" <sip:anonymous@anonymous.invalid>', "P-Asserted-Identity": f"<sip:{NUMBER}@x>"}, ""),
        ({"From": f"<sip:{NUMBER}@x>", "Privacy": "id"}, ""),
        ({"From": f"<sip:{NUMBER}@x>", "Privacy": "critical; USER"}, ""),
        ({"From": f"<sip:{NUMBER}@x>", "Privacy": "none"}, NUMBER),
        ({"From": f'"sip:+358700123456" <sip:{NUMBER}@x>'}, NUMBER),
        ({"From": f'"tel:+358700123456 \\"<sip:+358700123456@y>" <sip:{NUMBER}@x>'}, NUMBER),
        ({"From": f"sip:+358700123456 <sip:{NUMBER}@x>"}, NUMBER),
        ({"From": '"sip:+358700123456" <sip:anonymous@anonymous.invalid>'}, ""),
        ({"From": '"sip:+358700123456@x'}, ""), ({"From": '"<sip:+358700123456@x>" <https://x/tel:123>'}, ""),
        ({"From": "<sip:house@x>", "P-Asserted-Identity": f'"sip:0700123456" <tel:{NUMBER}>, <sip:1@x>'}, NUMBER),
        ({"From": "<sip:unknown@x>"}, ""), ({"From": "<sip:@x>"}, ""), ({"From": "nonsense"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_who_calls(headers: dict[str, str], caller: str) -> None:
    assert caller_of(headers, "FI") == caller


@pytest.mark.parametrize(
    ("headers", "vouches", "vouched"),
    [
        ({"From": f"<sip:{NUMBER}@x>"}, False, False),
        ({"From": f"<sip:{NUMBER}@x>", "P-Asserted-Identity": f"<sip:{NUMBER}@x>"}, False, True),
        ({"From": f"<sip:{NUMBER}@x>", "P-Asserted-Identity": "nonsense"}, False, False),
        ({"From": f"<sip:{NUMBER}@x>"}, True, True),
    ],
    ids=["only said", "asserted", "asserted, and not to be read", "by a network that checks"],
)  # fmt: skip
async def test_who_vouches_for_who_calls(headers: dict[str, str], vouches: bool, vouched: bool) -> None:
    async def nowhere() -> Open:
        raise UnavailableError("nowhere")

    trunk = SipTrunk("one", msgspec.structs.replace(SETTINGS, vouches=vouches), nowhere)
    news = trunk.happenings()
    trunk._heard(Rings("C1", headers))
    assert await anext(news) == Ringing("C1", NUMBER, "", vouched)


@pytest.mark.parametrize(
    ("headers", "called"),
    [
        ({"To": "<sip:0800123@provider.example;transport=udp>"}, "+358800123"),
        ({"To": "<sip:house@provider.example>", "P-Called-Party-ID": "<sip:+358800123@x>"}, "+358800123"),
        ({"To": '"sip:+358700123456@x" <sip:0800123@provider.example>'}, "+358800123"),
        ({"To": "<sip:house@provider.example>"}, "house"), ({}, ""),
    ],
)  # fmt: skip
def test_who_is_called(headers: dict[str, str], called: str) -> None:
    assert called_of(headers, "FI") == called


@given(st.dictionaries(st.sampled_from(HEADERS), st.text()))
def test_whatever_a_network_says_is_read_or_is_nothing(headers: dict[str, str]) -> None:
    for read in (caller_of, called_of):
        assert len(read(headers, "FI")) <= 40


@given(st.text(alphabet="+0123456789@;:=<>\r\n sip", max_size=25))
def test_nothing_but_digits_is_ever_dialled(to: str) -> None:
    for how in ("plus", "digits", "zeros"):
        called = dialled(to, how)
        assert called is None or called.removeprefix("+").isascii()
        assert called is None or called.removeprefix("+").isdigit()


def test_numbers_are_dialled_as_the_provider_wants_them() -> None:
    assert [dialled(NUMBER, how) for how in ("plus", "digits", "zeros")] == [
        "+358401234567", "358401234567", "00358401234567",
    ]  # fmt: skip
    assert dialled("112", "zeros") == "112"


@dataclass(frozen=True)
class Case:
    """Networks that may be heard, and who of those that knock is."""

    networks: tuple[str, ...]
    heard: tuple[str, ...]


SENDERS = ("127.0.0.1", "127.0.0.2", "127.1.0.1", "127.128.0.9")


@pytest.mark.parametrize(
    "case",
    [
        Case(("127.0.0.2/32",), ("127.0.0.2",)),
        Case(("127.0.0.0/24",), ("127.0.0.1", "127.0.0.2")),
        Case(("127.0.0.1/32", "::1/128", "127.128.0.0/9"), ("127.0.0.1", "127.128.0.9")),
        Case(("::/0",), ()),
        Case((), ()),
        Case(("0.0.0.0/0",), SENDERS),
        Case((*tuple(f"10.0.{one}.0/24" for one in range(sources.MOST - 1)), "127.1.0.0/16"), ("127.1.0.1",)),
    ],
    ids=lambda case: f"{len(case.networks)} {''.join(case.networks[-1:])}",
)  # fmt: skip
def test_the_kernel_hears_only_whom_it_is_told(case: Case) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((HERE, 0))
        sources.guard((listening.getsockname()[1],), [ip_network(one) for one in case.networks])
        listening.setblocking(False)
        for sender in SENDERS:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.bind((sender, 0))
                one.sendto(sender.encode(), listening.getsockname())
        heard = []
        while True:
            try:
                heard.append(listening.recv(100).decode())
            except BlockingIOError:
                break
        dropped = sources.dropped(listening.getsockname()[1])
    assert tuple(heard) == case.heard
    assert dropped == len(SENDERS) - len(case.heard), "and says of how many it did not"


async def test_who_wants_a_connection_from_elsewhere_is_counted_too() -> None:
    with socket.socket() as listening, socket.socket() as unguarded:
        listening.bind((HERE, 0))
        listening.listen()
        unguarded.bind((HERE, 0))
        port = listening.getsockname()[1]
        sources.guard((port,), [ip_network("127.0.0.2")])
        listening.settimeout(30)
        with socket.create_connection((HERE, port), 30, source_address=("127.0.0.2", 0)):
            listening.accept()[0].close()
        assert sources.dropped(port) == 0
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.3", 0))
            stranger.setblocking(False)
            assert stranger.connect_ex((HERE, port)) == errno.EINPROGRESS
            async with asyncio.timeout(60):
                while True:
                    if sources.dropped(port):
                        break
                    await asyncio.sleep(0.01)
        assert sources.dropped(unguarded.getsockname()[1]) == 0


def test_the_kernel_hears_ipv6_alike() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as listening:
        try:
            listening.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        listening.setblocking(False)
        for network, heard in (
            ("::2/128", False),
            ("::/64", True),
            ("2001:db8::/32", False),
            ("::1/128", True),
        ):
            sources.guard((listening.getsockname()[1],), [ip_network(network)])
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
                one.sendto(b"x", listening.getsockname())
            try:
                found = listening.recv(100) == b"x"
            except BlockingIOError:
                found = False
            assert found is heard, network


def test_where_nothing_listens_nothing_is_guarded() -> None:
    with pytest.raises(sources.UnguardedError):
        sources.guard((free_port(),), [ip_network("127.0.0.1")])


def test_networks_are_read_by_lines() -> None:
    read = sources.networks_in("  203.0.113.4 \n\n198.51.100.9/24\n2001:db8::/32\n")
    assert [str(one) for one in read] == ["203.0.113.4/32", "198.51.100.0/24", "2001:db8::/32"]
    for wrong in ("sip.provider.example", "203.0.113.4, 203.0.113.5", "1\n" * (sources.MOST + 1)):
        with pytest.raises(ValueError, match=r"does not appear|networks"):
            sources.networks_in(wrong)


@given(st.binary(max_size=64), st.integers(1, 65_535))
def test_nothing_but_a_question_is_answered(data: bytes, port: int) -> None:
    said = answer(data, IPv4Address("203.0.113.9"), port)
    assert said is None or data[:2] == b"\0\1"


@given(st.binary(min_size=12, max_size=12), st.integers(1, 65_535), st.integers(0, 2**32 - 1))
def test_a_question_is_answered_with_the_port_and_the_address(
    transaction: bytes, port: int, public: int
) -> None:
    said = answer(struct.pack("!HHI", 1, 0, 0x2112A442) + transaction, IPv4Address(public), port)
    assert said is not None
    kind, length, cookie = struct.unpack_from("!HHI", said)
    name, size, _, family, hidden, place = struct.unpack_from("!HHBBHI", said, 20)
    assert (kind, length, cookie, said[8:20]) == (0x0101, 12, 0x2112A442, transaction)
    assert (name, size, family, hidden ^ 0x2112, place ^ cookie) == (0x0020, 8, 1, port, public)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, ""),
        ({"username": ""}, "user name"),
        ({"registers": False}, "local_port"),
        ({"registers": False, "local_port": 5060, "transport": "tls"}, "TLS"),
        ({"registers": False, "local_port": 5060}, ""),
        ({"media_ports": "21000-20000"}, "media_ports"), ({"media_ports": "1000-2000"}, "media_ports"),
        ({"media_ports": "60000-70000"}, "media_ports"), ({"local_address": "host"}, "local_address"),
        ({"public_address": "2001:db8::1"}, "public_address"), ({"peers": "no address"}, "peers"),
    ],
)  # fmt: skip
def test_what_cannot_be_together(changed: dict[str, object], wrong: str) -> None:
    said = wrong_in(msgspec.structs.replace(SETTINGS, **changed))
    assert wrong in said
    assert bool(said) is bool(wrong)


@pytest.mark.parametrize(
    "given_",
    [
        {"server": "a b"}, {"server": ""}, {"server": "sip:x"}, {"server": "x", "username": 'a"b'},
        {"server": "x", "username": "a@b"}, {"server": "x", "number": "0401234567"}, {"server": "x", "port": 0},
        {"server": "x", "auth_username": "a;b"}, {"server": "x", "domain": "x;y"},
        {"server": "x", "media_ports": "1-2"},
        {"server": "x", "transport": "ws"}, {"server": "x", "else": 1}, {"server": "x\nsip_listen 1"},
    ],
)  # fmt: skip
def test_what_is_no_setting(given_: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given_, SipSettings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"password": 'a"b'}, SipSecrets)


def test_the_stack_is_set_up_as_the_account_says() -> None:
    made = msgspec.structs.replace(
        SETTINGS,
        transport="tls",
        port=5061,
        local_port=5063,
        codec="opus",
        srtp="required",
        auth_username="signs",
    )
    lines = config(made, 5063).extra_config_text.splitlines()
    assert {"sip_listen 0.0.0.0:5062", "sip_transports tls", "sip_verify_server yes"} <= set(lines)
    line = account(
        made, "pass word", outbound=outbound(made, "203.0.113.4"), user="house", registers=True
    ).aor()
    assert line.startswith("<sip:house@sip.provider.example;transport=tls>")
    for part in ('auth_pass="pass word"', "auth_user=signs", "mediaenc=srtp-mand", "catchall=yes", "opus/48000/2",
                 'outbound="sip:sip.provider.example:5061;transport=tls"', "sip_autoredirect=no"):  # fmt: skip
        assert part in line
    plain = msgspec.structs.replace(SETTINGS, port=5070)
    assert domain(plain) == "sip.provider.example:5070"
    assert outbound(plain, "203.0.113.4") == "sip:203.0.113.4:5070;transport=udp"
    assert outbound(plain, "2001:db8::1") == "sip:[2001:db8::1]:5070;transport=udp"


async def test_news_keep_all_but_sound() -> None:
    news = News()
    for number in range(MOST_SOUNDS + 10):
        news.tell(Sound("call", b"%d" % number))
    news.tell(Keys("call", "1"))
    read = news.read()
    for _ in range(MOST_SOUNDS):
        assert isinstance(await anext(read), Sound)
    assert await anext(read) == Keys("call", "1")
    news.tell(Sound("call", b"x"))
    assert await anext(read) == Sound("call", b"x")


class Resolved:
    """Stands for the guarded way out: hosts are where it is said that they are."""

    def __init__(self, **hosts: str) -> None:
        self._hosts = hosts

    async def addresses(self, host: str, port: int) -> list[str]:
        del port
        if host not in self._hosts:
            raise UnavailableError(f"{host} is not found")
        return [self._hosts[host]]


def held(settings: SipSettings) -> Account:
    return Account(
        id="account",
        organization_id="house",
        settings=settings,
        secrets=SipSecrets(password="x"),
        callback="",
    )


async def checked(settings: SipSettings) -> tuple[bool, str]:
    found = await Sip().check(held(settings), Resolved(provider=HERE), datetime.now(UTC))  # type: ignore[arg-type]
    return found.well, found.detail


async def test_a_check_asks_whether_the_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Provider.there(lambda _: "200 OK") as provider:
        made = msgspec.structs.replace(SETTINGS, server="provider", port=provider.port)
        assert await checked(made) == (True, "provider · 200 OK")
        assert len(provider.asked("OPTIONS")) == 1
    async with Provider.there(lambda _: None) as provider:
        monkeypatch.setattr(reaching, "ANSWERS_WITHIN", 0.2)
        made = msgspec.structs.replace(made, port=provider.port)
        assert await checked(made) == (False, "provider does not answer")
    assert await checked(SETTINGS) == (False, "sip.provider.example is not found")
    assert not (await checked(msgspec.structs.replace(SETTINGS, username="")))[0]
    assert not (await checked(msgspec.structs.replace(made, transport="tcp", port=free_port())))[0]


async def test_what_is_asked_of_a_trunk_that_does_not_stand_does_nothing() -> None:
    trunk = Sip().open(held(SETTINGS), Resolved())  # type: ignore[arg-type]
    await trunk.take("call")
    await trunk.refuse("call", Refused.BUSY)
    await trunk.end("call")
    await trunk.sound("call", b"\0\0")
    await trunk.keys("call", "1")
    await trunk.hold("call")
    await trunk.unhold("call")
    await trunk.transfer("call", NUMBER)
    with pytest.raises(TrunkError) as refused:
        await trunk.dial("call", NUMBER, "")
    assert refused.value.why is Why.FAILED
    assert isinstance(trunk, SipTrunk)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(trunk.run())
        assert await anext(trunk.happenings()) == State(ready=False, why="sip.provider.example is not found")
        running.cancel()


ECHO = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer, 1)"
DEAF = "import signal; signal.pause()"


@asynccontextmanager
async def beside(program: str) -> AsyncIterator[tuple[SipTrunk, asyncio.subprocess.Process]]:
    """A trunk whose process does something else."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )

    async def nowhere() -> Open:
        raise UnavailableError("nowhere")

    trunk = SipTrunk("one", SETTINGS, nowhere)
    trunk.process = process
    try:
        async with asyncio.timeout(90):
            yield trunk, process
    finally:
        process.kill()
        await process.communicate()


async def test_a_process_that_answers_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_module, "ANSWERS_WITHIN", 0.01)
    async with beside(ECHO) as (trunk, process):
        with pytest.raises(TrunkError) as refused:
            await trunk.dial("call", NUMBER, "")
        assert refused.value.why is Why.FAILED
        assert process.stdout is not None
        # What it may have begun all the same is taken back.
        said = [await unpacked(process.stdout, ASKED), await unpacked(process.stdout, ASKED)]
        assert said == [Dial(1, "call", NUMBER, ""), End("call")]


async def test_a_process_that_takes_nothing_more_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_module, "TAKES_WITHIN", 0.01)
    async with beside(DEAF) as (trunk, process):
        assert process.stdin is not None
        for _ in range(100):
            await trunk.keys("call", "1" * 10_000)
        assert process.stdin.transport.get_write_buffer_size()

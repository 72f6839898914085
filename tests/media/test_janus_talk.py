"""How we speak with Janus, and what we let browsers agree to with it: without any Janus."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sample_answers import Answers, Fake, listening, rooms, usual
from sample_offer import FIREFOX

from valvomo.media.embedded import sdp
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.pool import EnginePool
from valvomo.media.janus import client, listed, offers
from valvomo.media.janus.client import JanusError, Session
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.janus.room import Room
from valvomo.media.port import Kind, OfferError

PATIENCE = 120.0


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No signs of life between what is asked here, but where a test is about them."""
    monkeypatch.setattr(client, "ALIVE_EVERY", PATIENCE)


@asynccontextmanager
async def kept(fake: Fake) -> AsyncIterator[Session]:
    began, session = asyncio.Event(), Session(fake.server, lambda: None)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(session.keep(began.set))
        await began.wait()
        yield session
        keeping.cancel()


async def test_answers_go_to_who_has_asked_and_acknowledgements_to_nobody() -> None:
    async with listening() as fake, kept(fake) as session:
        heard: list[dict[str, Any]] = []
        handle = await session.attach(heard.append)
        fake.answers = lambda asked: {"janus": "ack"} if asked["janus"] == "message" else usual(asked)
        async with asyncio.TaskGroup() as tasks:
            saying = tasks.create_task(handle.say("join", room="r"))
            while not any(one["janus"] == "message" for one in fake.asked):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)
            number = fake.asked[-1]["transaction"]
            event = {"janus": "event", "sender": 7, "plugindata": {"data": {"videoroom": "joined"}}}
            for one in (
                event,
                event | {"sender": 8},
                event | {"transaction": number, "jsep": {"sdp": "v=0"}},
            ):
                await fake.there[0].send(msgspec.json.encode(one).decode())
        assert saying.result() == {"videoroom": "joined", "jsep": {"sdp": "v=0"}}
        assert heard == [event]
        assert {one.get("apisecret", one.get("admin_secret")) for one in fake.asked} == {"one"}
        assert (await session.measures([7])).keys() == {7}
        assert fake.asked[-1]["admin_secret"] == "other"


@pytest.mark.parametrize(
    "said", [{"error_code": 427, "error": "exists"}, {"participants": []}], ids=["refused", "no placeholder"]
)
async def test_of_a_room_that_is_not_to_be_had_nothing_is_left(said: dict[str, Any]) -> None:
    def answers(asked: dict[str, Any]) -> dict[str, Any] | None:
        if asked["janus"] != "message":
            return usual(asked)
        return {"janus": "success", "plugindata": {"data": said}}

    async with listening(answers) as fake, kept(fake) as session:
        with pytest.raises(JanusError):
            await Room.open(session)
        assert [one["janus"] for one in fake.asked][-1] == "detach"
        assert fake.asked[-1]["handle_id"] == 7


async def test_signs_of_life_are_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ALIVE_EVERY", 0.01)

    def acknowledges(asked: dict[str, Any]) -> dict[str, Any] | None:
        return {"janus": "ack"} if asked["janus"] == "keepalive" else usual(asked)

    async with listening(acknowledges) as fake, kept(fake):
        while sum(one["janus"] == "keepalive" for one in fake.asked) < 3:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        assert [one["janus"] for one in fake.asked].count("claim") == 0


CONFIGURED = Path(__file__).parents[2] / "deploy" / "janus" / "janus.jcfg"
ALIVE_EVERY, HARDLY = client.ALIVE_EVERY, 2.0
"""Seconds: as it is without `_quiet`, and what is not much."""


def test_janus_ends_a_session_when_we_have_given_it_up_and_hardly_later() -> None:
    of_janus = {
        name: float(value)
        for name, value in re.findall(
            r"^\s*(\w+_timeout) = (\d+)$", CONFIGURED.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    broken = ALIVE_EVERY + client.AWAY_SECONDS
    silent = broken + client.ANSWERS_WITHIN
    for name, ours in {"reclaim_session_timeout": broken, "session_timeout": silent}.items():
        assert ours <= of_janus[name] <= ours + HARDLY, name


async def test_what_janus_refuses_is_raised_with_its_number() -> None:
    async with listening() as fake, kept(fake) as session:
        handle = await session.attach(lambda _: None)
        fake.answers = lambda _: {"janus": "error", "error": {"code": 459, "reason": "No such handle"}}
        with pytest.raises(JanusError, match="No such handle") as refused:
            await handle.say("join")
        assert refused.value.code == 459
        said = {"videoroom": "event", "error_code": 428, "error": "No such feed"}
        fake.answers = lambda _: {"janus": "event", "plugindata": {"data": said}}
        with pytest.raises(JanusError, match="No such feed"):
            await handle.say("switch")
        await handle.detach()
        await handle.detach()


async def test_what_was_asked_of_a_handle_that_is_let_go_is_waited_for_by_nobody() -> None:
    async with listening() as fake, kept(fake) as session:
        handle = await session.attach(lambda _: None)
        fake.answers = lambda asked: {"janus": "ack"} if asked["janus"] == "message" else usual(asked)

        async def refused() -> None:
            with pytest.raises(JanusError, match="let go"):
                await handle.say("start")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(refused())
            while not any(one["janus"] == "message" for one in fake.asked):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)
            await handle.detach()
        assert (await session.measures([7])).keys() == {7}, "the connection is as it was"


async def test_a_server_that_does_not_answer_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as fake, kept(fake) as session:
        handle = await session.attach(lambda _: None)
        monkeypatch.setattr(client, "ANSWERS_WITHIN", 0.2)
        fake.answers = lambda asked: None if asked["janus"] == "message" else usual(asked)
        with pytest.raises(ConnectionError):
            await handle.say("join")
        while not any(one["janus"] == "claim" for one in fake.asked):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


async def test_what_was_let_go_while_it_was_away_is_let_go_when_it_is_back() -> None:
    async with listening() as fake, kept(fake) as session:
        handle = await session.attach(lambda _: None)
        for one in list(fake.there):
            one.transport.abort()
        while session._wire is not None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        await handle.detach()
        while not session._orphans <= set() or len(fake.there) < 4:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        assert [one["handle_id"] for one in fake.asked if one["janus"] == "detach"] == [7]


@pytest.mark.parametrize(
    "answers",
    [
        lambda _: {"janus": "error", "error": {"code": 403, "reason": "Unauthorized request"}},
        lambda _: {"transaction": ["none"]},
    ],
    ids=["wrong secret", "nonsense"],
)
async def test_servers_that_are_none(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWERS_WITHIN", 0.5)
    async with (
        asyncio.timeout(PATIENCE),
        listening(answers) as fake,
        EnginePool.running(Place(host="127.0.0.1"), 0) as back,
        JanusEngine.running([fake.server], back) as engine,
    ):
        with pytest.raises(ConnectionError, match="no Janus server"):
            await engine.open_call("call")
        assert await engine.calls() == frozenset()


async def test_a_room_of_a_call_that_our_own_engine_has_no_room_for_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        listening(rooms) as fake,
        EmbeddedEngine.running(Place(host="127.0.0.1")) as back,
        JanusEngine.running([fake.server], back) as engine,
    ):

        async def full(call_id: str, *, beside: str = "") -> None:
            raise ConnectionRefusedError("no process is there")

        def said(request: str) -> list[str]:
            bodies = [one["body"] for one in fake.asked if one["janus"] == "message"]
            return [one["room"] for one in bodies if one["request"] == request]

        await engine.open_call("first")
        with monkeypatch.context() as patch:
            patch.setattr(back, "open_call", full)
            for beside in ("first", ""):
                with pytest.raises(ConnectionError, match="no process"):
                    await engine.open_call("call", beside=beside)
        first, second = said("create")
        assert said("destroy") == [second]
        assert await engine.calls() == {"first"}
        await engine.open_call("call", beside="first")
        await engine.end_call("first")
        assert said("destroy") == [second], "one is still in it"
        await engine.end_call("call")
        assert said("destroy") == [second, first]


GOOD = 'url = "ws://one:8188"\nadmin = "wss://one/admin"\napi_secret = "a"\nadmin_secret = "b"\n'


def test_the_file_that_names_servers(tmp_path: Path) -> None:
    file = tmp_path / "janus.toml"
    file.write_text(f"[[servers]]\n{GOOD}[[servers]]\n{GOOD.replace('one', 'other')}", encoding="utf-8")
    assert [one.url for one in listed.servers(file)] == ["ws://one:8188", "ws://other:8188"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file"),
        ("[[servers]]\nurl =", "Invalid"),
        ("", "missing required field `servers`"),
        ("servers = []", "names no servers"),
        (f"[[servers]]\n{GOOD}port = 1\n", "unknown field `port`"),
        (f"[[servers]]\n{GOOD.replace('wss://one/admin', 'http://one')}", "admin of server 1"),
        (f"[[servers]]\n{GOOD.replace('ws://one:8188', 'ws://')}", "url of server 1"),
        (f"[[servers]]\n{GOOD.replace(chr(34) + 'a' + chr(34), chr(34) * 2)}", "no secrets"),
        (f"[[servers]]\n{GOOD}[[servers]]\n{GOOD}", "twice"),
    ],
    ids=["none", "no toml", "empty", "no servers", "unknown", "no ws", "no host", "no secret", "twice"],
)
def test_files_that_name_none(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "janus.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^calls_janus: ") as refused:
        listed.servers(file)
    assert why in str(refused.value)


def offered(*directions: tuple[str, str]) -> str:
    """Of a browser: media and their directions."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines.append(f"a=group:BUNDLE {' '.join(str(n) for n, _ in enumerate(directions))}")
    for number, (medium, direction) in enumerate(directions):
        kind, codec = ("111", "opus/48000/2") if medium == "audio" else ("96", "VP8/90000")
        lines += [
            f"m={medium} 9 UDP/TLS/RTP/SAVPF {kind}", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", f"a=ice-pwd:{'p' * 22}",
            "a=fingerprint:sha-256 AA:BB", "a=setup:actpass", f"a=mid:{number}", f"a={direction}", "a=rtcp-mux",
            f"a=rtpmap:{kind} {codec}",
        ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


BROWSER = offered(("audio", "sendrecv"), ("audio", "recvonly"), ("video", "sendrecv"), ("video", "recvonly"))


def directions(text: str) -> list[str]:
    return [
        line[2:] for line in text.splitlines() if line[2:] in {"sendrecv", "sendonly", "recvonly", "inactive"}
    ]


@pytest.mark.parametrize(
    ("sends", "up", "left"),
    [
        (frozenset(), {}, []),
        (frozenset({Kind.AUDIO}), {Kind.AUDIO: "0"}, ["sendonly", "inactive", "inactive", "inactive"]),
        (
            frozenset(Kind),
            {Kind.AUDIO: "0", Kind.VIDEO: "2"},
            ["sendonly", "inactive", "sendonly", "inactive"],
        ),
    ],
    ids=["listener", "sound", "pictures too"],
)
def test_janus_is_given_what_may_come_and_no_more(
    sends: frozenset[Kind], up: dict[Kind, str], left: list[str]
) -> None:
    coming = offers.read(BROWSER, sends)
    assert (coming.up, coming.streams) == (up, {Kind.AUDIO: 2, Kind.VIDEO: 2})
    assert directions(coming.offer) == left
    if coming.offer:
        assert [one.mid for one in sdp.read(coming.offer).sections if one.up] == list(up.values())
    assert directions(coming.declined) == ["inactive"] * 4
    assert all(line.split()[1] == "0" for line in coming.declined.splitlines() if line.startswith("m="))


def test_janus_is_given_what_firefox_sends_along_with_another_stream() -> None:
    coming = offers.read(FIREFOX, frozenset(Kind))
    assert (coming.up, coming.streams) == (
        {Kind.AUDIO: "0", Kind.VIDEO: "3"},
        {Kind.AUDIO: 3, Kind.VIDEO: 3},
    )
    # The first is that of the whole session, which says nothing where each has its own.
    assert directions(coming.offer) == ["sendrecv", *["sendonly", "inactive", "inactive"] * 2]
    # One that is to be sent has a port of its own: what it goes with may be turned off.
    ends = "UDP/TLS/RTP/SAVPF 120\r\n"
    going_along = FIREFOX.replace(f"m=video 9 {ends}", f"m=video 0 {ends}a=bundle-only\r\n")
    given = offers.read(going_along, frozenset({Kind.VIDEO})).offer
    assert directions(given)[1:] == ["inactive"] * 3 + ["sendonly"] + ["inactive"] * 2
    assert "m=video 9 " in given
    assert "bundle-only" not in given


def test_two_microphones_are_one_too_many() -> None:
    coming = offers.read(offered(("audio", "sendonly"), ("audio", "sendonly")), frozenset({Kind.AUDIO}))
    assert directions(coming.offer) == ["sendonly", "inactive"]


@pytest.mark.parametrize("offer", ["", "v=0", "nonsense", BROWSER.replace("a=group:BUNDLE 0 1 2 3", "a=x:y")])
def test_offers_that_are_none(offer: str) -> None:
    with pytest.raises(OfferError):
        offers.read(offer, frozenset(Kind))

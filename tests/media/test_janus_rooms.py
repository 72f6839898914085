"""What those who listen are given by a room of Janus', and calls whose requests go wrong: without any Janus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from valvomo.domain.calls.hearing import Hears
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.news import News
from valvomo.media.embedded.place import Place
from valvomo.media.janus.call import Call, Joined
from valvomo.media.janus.client import Handle, JanusError, Session
from valvomo.media.janus.leg import Leg
from valvomo.media.janus.listed import Server
from valvomo.media.janus.room import UNKNOWN, Ear, Feed, Mouth, Room, Slot
from valvomo.media.janus.watch import Watch
from valvomo.media.port import Kind, Quality

NOWHERE = Server(url="ws://127.0.0.1:1", admin="ws://127.0.0.1:1", api_secret="one", admin_secret="other")


class Way(Enum):
    """In which a request to bind goes wrong."""

    REFUSED = "Janus refuses it"
    NOT_DONE = "Janus says that it is as it was"
    HALF_DONE = "Janus has done the first part"
    NEVER_CAME = "the connection broke before it came"
    ANSWER_LOST = "it was done, and the connection broke before that was said"
    NOT_WAITED_FOR = "it was done, and nobody waits for the answer any more"


class Heeds(Handle):
    """A handle whose server does as it is told, or not; `bound` is which feed is in which stream."""

    def __init__(self, slots: list[Slot]) -> None:
        self.bound = {one.mid: "silence" for one in slots}
        self.wrong: list[Way] = []
        self.said: list[str] = []
        self.empty: set[str] = set()

    async def detach(self) -> None:
        self.said.append("detach")

    async def say(self, request: str, jsep: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
        self.said.append(request)
        if request == "start":
            assert jsep == {"type": "answer", "sdp": "agreed"}
            return {}
        if request != "switch":
            return {}
        wrong = self.wrong.pop(0) if self.wrong else None
        if wrong is Way.REFUSED:
            raise JanusError(428, "No such feed")
        if wrong is Way.NEVER_CAME:
            raise ConnectionResetError
        done = {Way.NOT_DONE: 0, Way.HALF_DONE: 1}.get(wrong) if wrong else None
        for one in body["streams"][:done]:
            self.bound[one["sub_mid"]] = one["feed"]
        if wrong is Way.ANSWER_LOST:
            raise ConnectionResetError
        if wrong is Way.NOT_WAITED_FOR:
            raise asyncio.CancelledError
        anew = {one["sub_mid"] for one in body["streams"]} & self.empty
        self.empty -= anew
        said: dict[str, Any] = {
            "streams": [{"mid": mid, "feed_id": feed} for mid, feed in self.bound.items()]
        }
        return said | ({"jsep": {"type": "offer", "sdp": "anew"}} if anew else {})


class Keeps(Handle):
    """A room's keeper: how often it says that somebody is still there; `said` is what it was asked."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.said: list[str] = []

    async def detach(self) -> None:
        self.said.append("detach")

    async def say(self, request: str, *_: Any, **__: Any) -> dict[str, Any]:
        self.said.append(request)
        if request != "listparticipants":
            return {}
        self.looks -= 1
        return {
            "participants": [{"id": "nobody", "dummy": True}, *([{"id": "a"}] if self.looks >= 0 else [])]
        }


@pytest.mark.parametrize(("looks", "destroyed"), [(0, True), (3, True), (4, False)])
async def test_a_room_is_destroyed_when_everybody_is_out(
    looks: int, destroyed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Janus 1.1 does not survive anything else."""
    monkeypatch.setattr("valvomo.media.janus.room.LOOKS", (0.0,) * 4)
    keeper = Keeps(looks)
    await Room(Session(NOWHERE, lambda: None), "room", keeper, Feed("silence", {})).close()
    looked = ["listparticipants"] * min(looks + 1, 4)
    assert keeper.said == [*looked, *(["destroy"] if destroyed else []), "detach"]


PEOPLE = "abcde"
FEEDS = {
    one: Feed(one.upper(), {Kind.AUDIO: "0"} | ({Kind.VIDEO: "1"} if one in "ab" else {})) for one in PEOPLE
}
SETS = st.frozensets(st.sampled_from(PEOPLE))


def ear(sounds: int, pictures: int) -> tuple[Ear, Heeds]:
    kinds = [Kind.AUDIO] * sounds + [Kind.VIDEO] * pictures
    slots = [Slot(str(number), kind) for number, kind in enumerate(kinds)]
    handle = Heeds(slots)
    silence = Feed("silence", {Kind.AUDIO: "0", Kind.VIDEO: "1"})
    room = Room(Session(NOWHERE, lambda: None), "room", handle, silence)
    return Ear(room, handle, slots, "offer"), handle


WRONG = (JanusError, ConnectionError, asyncio.CancelledError)


def is_so(found: Ear, handle: Heeds) -> None:
    """What is written of a stream is so, or it is written that nobody knows."""
    for one in found.slots:
        if one.source != UNKNOWN:
            assert handle.bound[one.mid] == (FEEDS[one.source].id if one.source else "silence")


@hypothesis.given(
    st.lists(st.tuples(SETS, SETS, st.booleans(), SETS, st.none() | st.sampled_from(Way)), max_size=8),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_an_ear_is_given_who_is_wanted_and_nobody_else(
    steps: list[tuple[frozenset[str], frozenset[str], bool, frozenset[str], Way | None]],
    sounds: int,
    pictures: int,
) -> None:
    found, handle = ear(sounds, pictures)

    async def follow() -> None:
        await found.follow(lambda: {Kind.AUDIO: set(PEOPLE)}, FEEDS.get, more=True)
        assert handle.said == [], "nothing before the browser has agreed"
        await found.answer("agreed")
        for heard, seen, more, there, way in steps:
            wanted = {Kind.AUDIO: heard, Kind.VIDEO: seen}
            before = {one.mid: one.source for one in found.slots}
            known = {one: FEEDS[one] for one in there}
            handle.wrong = [way] if way else []
            with suppress(*WRONG):
                await found.follow(partial(dict, wanted), known.get, more=more)
            is_so(found, handle)
            if way:
                continue
            for kind, size in ((Kind.AUDIO, sounds), (Kind.VIDEO, pictures)):
                slots = [one for one in found.slots if one.kind is kind]
                given = [one.source for one in slots if one.source is not None]
                can = {one for one in wanted[kind] & there if kind in FEEDS[one].mids}
                assert len(set(given)) == len(given)
                assert set(given) <= can
                if more:
                    assert len(given) == min(len(can), size)
                else:
                    assert all(one.source in {None, before[one.mid]} for one in slots)

    asyncio.run(follow())


async def followed(found: Ear, heard: str, **more: Any) -> None:
    await found.follow(lambda: {Kind.AUDIO: set(heard)}, FEEDS.get, more=True, **more)


async def test_whoever_spoke_last_is_heard_where_streams_are_few() -> None:
    found, _ = ear(2, 0)
    await found.answer("agreed")
    await followed(found, "abc")
    assert {one.source for one in found.slots} == {"a", "b"}
    found.spoke = {"c": 1.0}
    await followed(found, "abc")
    assert {one.source for one in found.slots} == {"a", "c"}
    found.spoke = {"c": 1.0, "b": 2.0}
    await followed(found, "abc")
    assert {one.source for one in found.slots} == {"b", "c"}


@pytest.mark.parametrize("way", Way, ids=lambda way: way.name)
async def test_what_went_wrong_is_bound_anew(way: Way) -> None:
    found, handle = ear(2, 0)
    await found.answer("agreed")
    await followed(found, "ab")
    assert set(handle.bound.values()) == {"A", "B"}
    handle.wrong = [way]
    with pytest.raises(WRONG):
        await followed(found, "")
    is_so(found, handle)
    await followed(found, "")
    assert set(handle.bound.values()) == {"silence"}
    assert [one.source for one in found.slots] == [None, None]


async def test_a_stream_that_lost_its_source_is_agreed_upon_anew_without_the_browser() -> None:
    found, handle = ear(1, 0)
    await found.answer("agreed")
    handle.empty = {"0"}
    await followed(found, "a")
    assert handle.said == ["start", "switch", "start"]


@dataclass
class Pair:
    """A call of `a` and `b` who hear each other; `heard` is how what `a` is given comes about."""

    call: Call
    heard: Heeds
    dropped: list[str]

    def hear(self, *sources: str) -> None:
        """From now on `a` is to hear these."""
        self.call.matrix = {"a": Hears(frozenset(sources))}


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    found, handle = ear(1, 0)
    await found.answer("agreed")
    dropped: list[str] = []

    async def drop(leg: Leg) -> None:
        dropped.append(leg.id)

    async with EmbeddedEngine.running(Place(host="127.0.0.1")) as back:
        call = Call(id="call", room=found.room, back=back, dropped=drop)
        mouth = Mouth(found.room, {Kind.AUDIO: "0"}, handle, FEEDS["b"].id)
        mouth.up = True
        for one in "ab":
            call.legs[one] = Leg(
                id=one, call_id="call", name=one, sends=frozenset({Kind.AUDIO}), fingerprints=()
            )
        call.legs["a"].ear, call.legs["b"].mouth = found, mouth
        await back.open_call("call")
        yield Pair(call, handle, dropped)


async def hears(found: Pair) -> str:
    await found.call.follow()
    return found.heard.bound["0"]


@pytest.mark.parametrize("way", [Way.NOT_DONE, Way.REFUSED], ids=lambda way: way.name)
async def test_whoever_goes_on_hearing_is_hung_up(way: Way) -> None:
    async with pair() as found:
        found.hear("b")
        assert await hears(found) == "B"
        found.hear()
        found.heard.wrong = [way]
        assert await hears(found) == "silence", "the second time it was done"
        assert found.dropped == []
        found.hear("b")
        assert await hears(found) == "B"
        found.hear()
        found.heard.wrong = [way, way]
        await found.call.follow()
        assert found.dropped == ["a"]


async def test_who_was_bound_when_the_answer_was_lost_is_unbound_though_nobody_has_been_told_of_them() -> (
    None
):
    async with pair() as found:
        found.hear("b")
        found.heard.wrong = [Way.ANSWER_LOST]
        assert await hears(found) == "B"
        found.hear()
        assert await hears(found) == "silence"
        assert found.dropped == []


async def test_a_leg_that_goes_before_its_turn_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pair() as found:
        call = found.call
        call.lines, call.matrix = {"line"}, {"line": Hears(frozenset("b"))}
        call.guests["who was there"] = Joined(over=True)
        leg = call.legs["b"]

        async def goes(call_id: str, leg_id: str) -> None:
            call.forget(leg)

        monkeypatch.setattr(call.back, "remove_leg", goes)
        await call.join()
        assert "b" not in call.legs
        assert call.guests["b"].over, "whoever comes by that name is given another"


class Trips(Heeds):
    """What nobody has foreseen."""

    async def detach(self) -> None:
        self.said.append("detach")
        raise RuntimeError


@dataclass(slots=True, kw_only=True)
class Stumbles(Call):
    """A call that cannot be followed at first."""

    tries: list[bool] = field(default_factory=lambda: [False, True])
    followed: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        if not self.tries.pop(0):
            raise RuntimeError
        self.followed.set()


async def test_what_goes_wrong_in_one_call_ends_no_other() -> None:
    async with asyncio.timeout(90), pair() as found:
        other = Stumbles(id="other", room=found.call.room, back=found.call.back, dropped=found.call.dropped)
        calls: dict[str, Call] = {"other": other, "call": found.call}
        finished: list[str] = []

        async def finish(call: Call) -> None:
            finished.append(call.id)
            if call is other:
                raise RuntimeError

        watch = Watch(calls, found.call.back, News(), gone=lambda _: None, finish=finish)
        leg = found.call.legs["a"]
        ear, mouth = leg.ear, Mouth(found.call.room, {Kind.AUDIO: "0"}, found.heard, "A")
        assert ear is not None
        leg.mouth, ear.handle = mouth, Trips(ear.slots)
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch.run())
            watch.of(leg)[1](ear, {"janus": "hangup"})
            watch.look(other)
            await other.followed.wait()
            assert found.heard.said[-1] == "detach", "what one connection does is nothing to the other"
            watch.end(other)
            watch.end(found.call)
            while len(finished) < 2:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            assert not watching.done()
            watching.cancel()


def stream(
    mid: str,
    kind: str = "audio",
    *,
    came: int = 0,
    went: int = 0,
    lost: int = 0,
    by_remote: int = 0,
    rtt: int = 0,
) -> dict[str, Any]:
    """As Janus tells of one."""
    main = {"rtt": rtt, "lost": lost, "lost-by-remote": by_remote, "jitter-local": 4, "jitter-remote": 0}
    stats = {"in": {"packets": came}, "out": {"packets": went}}
    return {"mid": mid, "type": kind, "rtcp": {"main": main}, "stats": stats}


async def measured(*times: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> list[Quality]:
    """How a leg does by what Janus tells of its mouth and of its ear, time after time."""
    async with pair() as found:
        leg, room = found.call.legs["a"], found.call.room
        assert leg.ear is not None
        mouth, hearing = Handle(room.session, 1, lambda _: None), Handle(room.session, 2, lambda _: None)
        leg.mouth, leg.ear.handle = Mouth(room, {Kind.AUDIO: "0"}, mouth, "A"), hearing

        def told(streams: list[dict[str, Any]]) -> dict[str, Any]:
            return {"webrtc": {"media": {one["mid"]: one for one in streams}}}

        return [leg.measured({1: told(up), 2: told(down)}) for up, down in times]


async def test_loss_is_of_each_stream_of_sound_against_itself() -> None:
    first, second, third, fourth, fifth = await measured(
        (
            [],
            [
                stream("0", went=1000, by_remote=10, rtt=20),
                stream("1", rtt=20),
                stream("2", "video", went=5000),
            ],
        ),
        # Another voice has been given by another stream, of which much more has gone; pictures are no matter.
        (
            [],
            [
                stream("0", went=1100, by_remote=20, rtt=20),
                stream("1", went=3000, by_remote=30, rtt=20),
                stream("2", "video", went=9000, by_remote=2000, rtt=20),
            ],
        ),
        # The one that has more by now has lost less than the other had before.
        ([], [stream("0", went=1100, by_remote=20, rtt=20), stream("1", went=3100, by_remote=40, rtt=20)]),
        ([], [stream("0", went=1101, by_remote=60, rtt=20), stream("1", went=3100, by_remote=40, rtt=20)]),
        ([], [stream("0", went=5, by_remote=0, rtt=20), stream("1", went=3100, by_remote=40, rtt=20)]),
    )
    assert first.lost_down == 0.01
    assert first.down == 6000
    assert second.lost_down == 40 / 3100
    assert third.lost_down == 0.1
    assert fourth.lost_down == 1.0, "no more is lost than there was"
    assert fifth.lost_down == 0.0, "it counts from the beginning again"
    assert (first.lost_up, first.jitter, first.round_trip) == (None, None, 0.02)


async def test_loss_on_the_way_here_and_what_is_not_known() -> None:
    first, second, third = await measured(
        ([stream("0", came=90, lost=10, rtt=30)], [stream("0", went=50)]),
        ([stream("0", came=180, lost=20, rtt=30), stream("1", "video", came=50, lost=50)], []),
        ([stream("0", came=0)], [stream("0", went=50)]),
    )
    assert (first.lost_up, first.lost_down, first.jitter, first.round_trip) == (0.1, 0.0, 0.004, 0.03)
    assert (second.lost_up, second.lost_down, second.up) == (0.1, None, 230)
    assert (third.lost_up, third.lost_down, third.jitter, third.round_trip) == (None, None, None, None)

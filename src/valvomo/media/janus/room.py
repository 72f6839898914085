"""A room of Janus' VideoRoom: who speaks into it (`Mouth`), and what one of those who listen is given (`Ear`).

Nobody hears anybody in a room by being there. An ear has as many streams as its browser takes, and each is bound to
one mouth, or to a placeholder that says nothing. Binding one to another needs no new agreement with the browser.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import structlog

from valvomo.media.janus.client import Handle, JanusError, Message, Session
from valvomo.media.port import Kind

CODECS = {Kind.AUDIO: "opus", Kind.VIDEO: "vp8"}
PICTURE_BITS = 1_500_000
"""A second, of one picture."""
LOUD, PACKETS = 50, 10
"""-dBov that are speech, on the average of so many packets."""
LOOKS = (0.01,) * 10 + (0.1,) * 40
"""Seconds after each look whether everybody has left a room."""
UNKNOWN = "*?"
"""The source of a stream of which nobody knows what Janus gives it. It is nobody's id, so it is always one too many."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Feed:
    """What is said into a room by one mouth: its id there, and its streams by kind."""

    id: str
    mids: Mapping[Kind, str]


@dataclass(slots=True)
class Room:
    """One at a server, for a call and those beside it. `silence` is the placeholder; `calls` are in it."""

    session: Session
    id: str
    keeper: Handle
    silence: Feed
    calls: set[str] = field(default_factory=set)

    @classmethod
    async def open(cls, session: Session) -> Room:
        """Raises `ConnectionError`, and `JanusError`."""
        room = secrets.token_hex(12)
        keeper = await session.attach(lambda _: None)
        try:
            return cls(session, room, keeper, await _made(keeper, room))
        except BaseException:
            await keeper.detach()
            raise

    async def close(self) -> None:
        """Nobody is in it any more.

        Janus 1.1 dies, and with it every call that it carries, where a room is destroyed while somebody is still on
        their way out of it: it says that they have been detached before they are out. So they are waited for, and a
        room that does not become empty stays.
        """
        try:
            if await self._is_left():
                await self.keeper.say("destroy", room=self.id)
            else:
                log.warning("janus.room_stays", room=self.id, url=self.session.server.url)
        except (ConnectionError, JanusError):
            pass
        finally:
            await self.keeper.detach()

    async def _is_left(self) -> bool:
        for pause in LOOKS:
            there = (await self.keeper.say("listparticipants", room=self.id))["participants"]
            if all(one.get("dummy") for one in there):
                return True
            await asyncio.sleep(pause)
        return False


async def _made(keeper: Handle, room: str) -> Feed:
    """A room of this name, and its placeholder. Raises `ConnectionError`, and `JanusError`."""
    await keeper.say(
        "create",
        room=room,
        description=room,
        is_private=True,
        publishers=1000,
        audiocodec=CODECS[Kind.AUDIO],
        videocodec=CODECS[Kind.VIDEO],
        opus_fec=True,
        bitrate=PICTURE_BITS,
        bitrate_cap=True,
        audiolevel_event=True,
        audio_level_average=LOUD,
        audio_active_packets=PACKETS,
        notify_joining=False,
        dummy_publisher=True,
        dummy_streams=[{"codec": one, "fmtp": "useinbandfec=1"} for one in CODECS.values()],
    )
    there = (await keeper.say("listparticipants", room=room)).get("participants", [])
    silence = next((one["id"] for one in there if one.get("dummy")), None)
    if silence is None:
        raise JanusError(0, "this Janus puts no placeholders into its rooms")
    return Feed(silence, {Kind.AUDIO: "0", Kind.VIDEO: "1"})


class Mouth:
    """Who speaks into a room. `up` while something can come through it."""

    def __init__(self, room: Room, mids: Mapping[Kind, str], handle: Handle, feed: str) -> None:
        self.room = room
        self.feed = Feed(feed, mids)
        self.handle = handle
        self.up = False

    @classmethod
    async def open(
        cls, room: Room, mids: Mapping[Kind, str], offer: str, told: Callable[[Mouth, Message], None]
    ) -> tuple[Mouth, str]:
        """With Janus' answer to the offer. Raises `ConnectionError`, and `JanusError`."""
        handle = await room.session.attach(lambda message: told(mouth, message))
        mouth = cls(room, mids, handle, secrets.token_hex(12))
        try:
            said = await handle.say(
                "joinandconfigure",
                {"type": "offer", "sdp": offer},
                ptype="publisher",
                room=room.id,
                id=mouth.feed.id,
            )
        except BaseException:
            await handle.detach()
            raise
        return mouth, said["jsep"]["sdp"]

    async def again(self, offer: str) -> str:
        """The same one comes from another network; Janus' answer to that offer."""
        said = await self.handle.say("configure", {"type": "offer", "sdp": offer})
        answer: str = said["jsep"]["sdp"]
        return answer


@dataclass(slots=True)
class Slot:
    """A stream of an ear, by Janus' number of it, and whom it gives: None while that is nobody, or `UNKNOWN`."""

    mid: str
    kind: Kind
    source: str | None = None


Wanted = Mapping[Kind, AbstractSet[str]]
"""Whom one leg is to hear, and see."""


class Ear:
    """What one who listens is given. Nothing before `answered`; `up` while something can go through it."""

    def __init__(self, room: Room, handle: Handle, slots: list[Slot], offer: str) -> None:
        self.room = room
        self.handle = handle
        self.slots = slots
        self.offer = offer
        self.up = False
        self.spoke: dict[str, float] = {}
        self._answer = ""
        self._one = asyncio.Lock()

    @classmethod
    async def open(cls, room: Room, streams: Mapping[Kind, int], told: Callable[[Ear, Message], None]) -> Ear:
        """With Janus' offer of so many streams. Raises `ConnectionError`, and `JanusError`."""
        kinds = [kind for kind in Kind for _ in range(streams.get(kind, 0))]
        handle = await room.session.attach(lambda message: told(ear, message))
        ear = cls(room, handle, [Slot(str(number), kind) for number, kind in enumerate(kinds)], "")
        try:
            said = await handle.say(
                "join",
                ptype="subscriber",
                room=room.id,
                # What leaves is answered for here, and no browser is asked for a new agreement.
                autoupdate=False,
                streams=[{"feed": room.silence.id, "mid": room.silence.mids[kind]} for kind in kinds],
            )
        except BaseException:
            await handle.detach()
            raise
        ear.offer = said["jsep"]["sdp"]
        return ear

    @property
    def answered(self) -> bool:
        """Whether what it takes is agreed upon."""
        return bool(self._answer)

    async def answer(self, description: str) -> None:
        """What is answered to Janus' offer. Raises `ConnectionError`, and `JanusError`."""
        await self.handle.say("start", {"type": "answer", "sdp": description})
        self._answer = description

    async def again(self) -> str:
        """The same one comes from another network; what Janus offers now."""
        said = await self.handle.say("configure", restart=True)
        self.offer = said["jsep"]["sdp"]
        return self.offer

    async def follow(
        self, wanted: Callable[[], Wanted], feeds: Callable[[str], Feed | None], *, more: bool
    ) -> None:
        """Give it who is wanted; without `more` nobody else than before, so that what is over ends first.

        `wanted` is asked again for each change, as what counts is what is wanted when it is made. Raises
        `ConnectionError`, and `JanusError` where Janus has not done it.
        """
        async with self._one:
            changes = self._changes(wanted(), feeds, more=more) if self.answered else []
            if changes:
                await self._bind(changes)

    def _changes(
        self, wanted: Wanted, feeds: Callable[[str], Feed | None], *, more: bool
    ) -> list[tuple[Slot, str | None, Feed]]:
        changes: list[tuple[Slot, str | None, Feed]] = []
        for kind in Kind:
            slots = [one for one in self.slots if one.kind is kind]
            there = {one: feed for one in wanted.get(kind, ()) if (feed := feeds(one)) and kind in feed.mids}
            first = sorted(there, key=lambda one: (-self.spoke.get(one, 0.0), one))[: len(slots)]
            over = [one for one in slots if one.source is not None and one.source not in first]
            missing = [one for one in first if one not in {slot.source for slot in slots}]
            free = [*over, *(one for one in slots if one.source is None)]
            taken = list(zip(free, missing, strict=False)) if more else []
            changes += [(slot, source, there[source]) for slot, source in taken]
            filled = {slot.mid for slot, _ in taken}
            changes += [(one, None, self.room.silence) for one in over if one.mid not in filled]
        return changes

    async def _bind(self, changes: list[tuple[Slot, str | None, Feed]]) -> None:
        for slot, _, _ in changes:
            # An answer that is lost, or that nobody waits for any more, says nothing: it is bound anew next time.
            slot.source = UNKNOWN
        said = await self.handle.say(
            "switch",
            streams=[
                {"feed": feed.id, "mid": feed.mids[slot.kind], "sub_mid": slot.mid}
                for slot, _, feed in changes
            ],
        )
        if "jsep" in said:
            # Of a stream whose mouth has gone by itself. Nothing is different for the browser: it has agreed already.
            await self.handle.say("start", {"type": "answer", "sdp": self._answer})
        given: dict[str, Any] = {one["mid"]: one.get("feed_id") for one in said["streams"]}
        done = [(slot, source) for slot, source, feed in changes if given.get(slot.mid) == feed.id]
        for slot, source in done:
            slot.source = source
        if len(done) < len(changes):
            raise JanusError(0, "not switched")

"""One browser in a call that Janus carries: a mouth for what it sends, if it may, and an ear for what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from valvomo.media.janus.client import Message
from valvomo.media.janus.offers import Coming
from valvomo.media.janus.room import Ear, Feed, Mouth, Room
from valvomo.media.port import Agreed, Kind, Quality

QUIET_SECONDS = 7.0
"""From whom nothing has come for so long is lost, until something comes again."""


@dataclass(slots=True, kw_only=True)
class Leg:
    """`connected` and `lost` are what was told of it; `quiet` is since when nothing has come that used to."""

    id: str
    call_id: str
    name: str
    sends: frozenset[Kind]
    fingerprints: tuple[tuple[str, str], ...]
    mouth: Mouth | None = None
    ear: Ear | None = None
    began: float = 0.0
    connected: bool = False
    lost: bool = False
    quiet: float | None = None
    speaking: bool = False
    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def there(self) -> bool:
        """Whether all its connections are up."""
        return self.ear is not None and self.ear.up and (self.mouth is None or self.mouth.up)

    @property
    def feed(self) -> Feed | None:
        """What it says, once something can come."""
        return self.mouth.feed if self.mouth is not None and self.mouth.up else None

    async def come(
        self,
        room: Room,
        coming: Coming,
        mouthed: Callable[[Mouth, Message], None],
        eared: Callable[[Ear, Message], None],
    ) -> Agreed:
        """Its connections, agreed upon as far as Janus is concerned."""
        answer = coming.declined
        if coming.up:
            self.mouth, answer = await Mouth.open(room, coming.up, coming.offer, mouthed)
        self.ear = await Ear.open(room, coming.streams, eared)
        return Agreed(answer=answer, offer=self.ear.offer)

    async def again(self, coming: Coming) -> Agreed:
        """The same connections by another network."""
        answer = await self.mouth.again(coming.offer) if self.mouth else coming.declined
        return Agreed(answer=answer, offer=await self.ear.again() if self.ear else "")

    async def hang_up(self) -> None:
        """Nothing goes to it or comes from it any more, by any of its connections."""
        mouth, ear = self.mouth, self.ear
        self.mouth = self.ear = None
        try:
            if ear is not None:
                await ear.handle.detach()
        finally:
            if mouth is not None:
                await mouth.handle.detach()

    def measured(self, found: dict[int, Message]) -> Quality:
        """How it does, by what Janus says of its connections; what is lost, is of sound."""
        up = _streams(found, self.mouth.handle.id if self.mouth else 0)
        down = _streams(found, self.ear.handle.id if self.ear else 0)
        said = [one for one in up if one.get("type") == "audio" and _packets(one, "in")]
        heard = [one for one in down if one.get("type") == "audio" and _packets(one, "out")]
        main = _main(said[0]) if said else {}
        trip = next((it for one in (*heard, *said) if (it := _main(one).get("rtt"))), None)
        lost_up = self._lately("in", "lost", said)
        lost_down = self._lately("out", "lost-by-remote", heard)
        return Quality(
            up=sum(_packets(one, "in") for one in up),
            down=sum(_packets(one, "out") for one in down),
            lost_up=lost_up,
            # Before a browser has said how it does, nothing lost is nothing known.
            lost_down=lost_down if trip else None,
            jitter=main["jitter-local"] / 1000 if main else None,
            round_trip=trip / 1000 if trip else None,
        )

    def _lately(self, way: str, losses: str, streams: list[Message]) -> float | None:
        """Which share of all of these was lost since it was measured before; None where there are none.

        Each is compared with itself: which of them carries something is another one each time.
        """
        packets = missed = 0
        for one in streams:
            stream = f"{way} {one.get('mid')}"
            before, gone = self._counted.get(stream, (0, 0))
            now = _packets(one, way), int(_main(one).get(losses, 0))
            self._counted[stream] = now
            packets += max(0, now[0] - before)
            missed += max(0, now[1] - gone)
        # What was lost on its way here is not among the packets that came.
        share = missed / max(1, packets + (missed if way == "in" else 0))
        return min(1.0, share) if streams else None


def _streams(found: dict[int, Message], handle: int) -> list[Message]:
    media = found.get(handle, {}).get("webrtc", {}).get("media", {})
    return list(media.values())


def _packets(stream: Message, way: str) -> int:
    return int(stream.get("stats", {}).get(way, {}).get("packets", 0))


def _main(stream: Message) -> Message:
    main: Message = stream.get("rtcp", {}).get("main", {})
    return main
